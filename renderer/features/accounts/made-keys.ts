/** The key pairs that were made in this program and wait for their account. Used by the sign-in and the settings. */
import { useCallback, useEffect, useState } from 'react';
import type { MadeKeyView } from '../../../preload/contract/desktop.ts';
import { onTopics } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';

/** Null until main has answered. The second function asks main anew. */
export function useMadeKeys(): [keys: readonly MadeKeyView[] | null, reload: () => Promise<void>] {
  const [keys, setKeys] = useState<readonly MadeKeyView[] | null>(null);
  const reload = useCallback(async () => {
    const answer = await call('accounts.madeKeys', null);
    setKeys((before) => (answer.ok ? answer.value : (before ?? [])));
  }, []);
  useEffect(() => {
    void reload();
    return onTopics((topics) => {
      if (topics.has('accounts')) void reload();
    });
  }, [reload]);
  return [keys, reload];
}

/** The pages of Encord where people sign in themselves, by the address of the API. */
export const WEB_APPS: Readonly<Record<string, string>> = {
  'https://api.encord.com': 'https://app.encord.com/',
  'https://api.us.encord.com': 'https://app.us.encord.com/',
};
