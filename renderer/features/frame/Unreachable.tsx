/** Banners over every page: main does not answer, the account is refused, the route fell back. */
import type { ReactElement } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { openDialog } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Banner } from '../../ui/Feedback.tsx';

export function Unreachable(): ReactElement | null {
  const connected = useApp((state) => state.connected);
  const account = useApp((state) => activeAccount(state.snapshot));
  if (connected === false)
    return (
      <div className="page-banner">
        <Banner tone="fail" icon="offline" title="The uploader does not answer">
          What you see is what it said last. This page tries again by itself; if the uploader was stopped,
          start it again: it goes on where it was.
        </Banner>
      </div>
    );
  if (account?.blocked)
    return (
      <div className="page-banner">
        <Banner
          tone="fail"
          icon="key"
          title={`${account.name} needs to sign in again`}
          actions={
            <Button size="s" variant="primary" onClick={() => openDialog('account')}>
              Sign in
            </Button>
          }
        >
          {account.blocked.message}
        </Banner>
      </div>
    );
  return null;
}
