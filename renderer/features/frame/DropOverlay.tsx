/** Files held over the window light all of it, and say where they would go. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { useDestination } from '../../state/destination.ts';
import { reviewDrop, useReview } from '../../state/review.ts';
import { oneLine } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;

/** Fields that take a file themselves, such as the one for a key. */
const hasOwnDrop = (event: DragEvent): boolean =>
  event.target instanceof Element && event.target.closest('[data-own-drop]') !== null;

export function DropOverlay(): ReactElement | null {
  const [over, setOver] = useState(false);
  const depth = useRef(0);
  const account = useApp((state) => activeAccount(state.snapshot));
  const destination = useDestination();
  const reviewing = useReview((state) => state.stage !== null);

  useEffect(() => {
    const end = () => {
      depth.current = 0;
      setOver(false);
    };
    const enter = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      depth.current += 1;
      setOver(true);
    };
    const leave = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      depth.current -= 1;
      // A null neighbour is the world outside the window.
      if (depth.current <= 0 || event.relatedTarget === null) end();
    };
    const hover = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = 'copy';
      setOver(!hasOwnDrop(event));
    };
    const drop = (event: DragEvent) => {
      if (!holdsFiles(event)) return;
      // Always: a browser would open the file in place of the pages.
      event.preventDefault();
      end();
      if (!hasOwnDrop(event) && event.dataTransfer) reviewDrop(event.dataTransfer);
    };
    window.addEventListener('dragenter', enter);
    window.addEventListener('dragleave', leave);
    window.addEventListener('dragover', hover);
    window.addEventListener('drop', drop);
    return () => {
      window.removeEventListener('dragenter', enter);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('dragover', hover);
      window.removeEventListener('drop', drop);
    };
  }, []);

  if (!over) return null;
  return (
    <div className="drop-overlay" data-testid="drop-overlay">
      <div className="drop-card">
        <Icon name="upload" size={28} />
        <h2>
          {!account
            ? 'Connect an account first'
            : reviewing
              ? 'Finish the open review first'
              : destination
                ? `Drop to upload to ${oneLine(destination.title)}`
                : 'Drop to choose where they go'}
        </h2>
        <p>
          {account && !reviewing
            ? 'Nothing is sent before you have reviewed it.'
            : 'These files cannot be taken at this moment.'}
        </p>
      </div>
    </div>
  );
}
