/** A value that follows another once that one rests: what is typed is not asked for at each letter. Used by searches. */
import { useEffect, useState } from 'react';

const REST_MS = 200;

export function useRested(value: string): string {
  const [rested, setRested] = useState(value);
  useEffect(() => {
    // A cleared search shows everything again at once.
    if (value === '') {
      setRested('');
      return;
    }
    const timer = setTimeout(() => setRested(value), REST_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return rested;
}
