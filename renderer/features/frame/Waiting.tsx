/** Before the first sign-in: what was handed to the program and waits for an account; and the way to the settings. */
import type { ReactElement } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { pathsIn } from '../../state/place-order.ts';
import { forgetWaiting, usePlaces } from '../../state/places.ts';
import { Button } from '../../ui/Button.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { plural } from '../../ui/format.ts';

export function Waiting(): ReactElement | null {
  const account = useApp((state) => activeAccount(state.snapshot));
  const waiting = usePlaces((state) => state.waiting);
  if (account || waiting.length === 0) return null;
  const paths = pathsIn(waiting);
  return (
    <div className="page-banner">
      <Banner
        icon="clock"
        title={
          paths > 0
            ? `${plural(paths, 'file or folder waits', 'files and folders wait')} for an account`
            : 'The dataset waits for an account'
        }
        actions={
          <Button size="s" onClick={forgetWaiting}>
            {paths > 0 ? 'Do not add' : 'Do not open'}
          </Button>
        }
      >
        {paths > 0
          ? 'Connect one, and you review them at once. Nothing is sent before.'
          : 'Connect one that is a member of it, and it opens at once.'}
      </Banner>
    </div>
  );
}
