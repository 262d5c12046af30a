/**
 * The key that leads to the folder above, wherever on the page the focus is: also while the list of the folder that was
 * just opened is on its way. Used by `StoragePage.tsx`.
 */
import { useEffect, useRef } from 'react';
import { dialogFloats, inField } from '../../ui/floating.ts';

export function useUpKey(up: () => void): void {
  const latest = useRef(up);
  useEffect(() => {
    latest.current = up;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== 'ArrowUp' || !event.altKey || event.defaultPrevented) return;
      if (inField(event.target) || dialogFloats()) return;
      event.preventDefault();
      latest.current();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}
