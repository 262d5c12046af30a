/** Choosing the integration by which Encord reads a bucket; where there is none, how to come by one. Used by the dialogs about cloud data. */
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import type { IntegrationView } from '../../../preload/contract/manage.ts';
import { activeAccount, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { ExternalLink } from '../../ui/ExternalLink.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { Spinner } from '../../ui/Icon.tsx';
import { Select } from '../../ui/Select.tsx';
import { Wrong } from '../watch/fields.tsx';
import { shortTitle } from './Title.tsx';

const NONE = '';

export interface Integrations {
  /** Null until the first answer. */
  all: readonly IntegrationView[] | null;
  failure: string | null;
  again: () => void;
}

/** The integrations that may be used for a dataset, or all of them. */
export function useIntegrations(datasetId: string | null): Integrations {
  const [all, setAll] = useState<readonly IntegrationView[] | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [round, setRound] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: each round asks anew.
  useEffect(() => {
    let left = false;
    void call('cloud.integrations', { datasetId }).then((answer) => {
      if (left) return;
      if (answer.ok) setAll(answer.value);
      setFailure(answer.ok ? null : answer.error.message);
    });
    return () => {
      left = true;
    };
  }, [datasetId, round]);
  const again = useCallback(() => {
    setAll(null);
    setFailure(null);
    setRound((now) => now + 1);
  }, []);
  return { all, failure, again };
}

interface IntegrationFieldProps {
  integrations: Integrations;
  value: string | null;
  onChange: (id: string) => void;
  /** What is wrong with the choice. */
  error: string | null;
}

export function IntegrationField({
  integrations,
  value,
  onChange,
  error,
}: IntegrationFieldProps): ReactElement {
  const { all, failure, again } = integrations;
  const webApp = useApp((state) => webAppOf(activeAccount(state.snapshot)?.domain ?? ''));
  const only = all?.length === 1 ? all[0] : undefined;
  useEffect(() => {
    if (only && value === null) onChange(only.id);
  }, [only, value, onChange]);
  const lookAgain = (
    <Button size="s" icon="retry" onClick={again}>
      Look again
    </Button>
  );
  return (
    <div className="field">
      <span className="field-label">Integration</span>
      {failure !== null ? (
        <Banner tone="fail" title="The integrations could not be listed" actions={lookAgain}>
          {failure}
        </Banner>
      ) : all === null ? (
        <p className="inline muted cloud-wait" role="status">
          <Spinner size={14} /> Asking Encord for the integrations
        </p>
      ) : all.length === 0 ? (
        <Banner tone="accent" title="There is no integration yet" actions={lookAgain}>
          An integration is what lets Encord read your bucket. The API cannot make one: make it in Encord’s
          web app, under Settings, Integrations, then look again.{' '}
          {webApp === null ? null : <ExternalLink url={webApp}>Open Encord</ExternalLink>}
        </Banner>
      ) : (
        <>
          <div>
            <Select
              label="Integration"
              value={value ?? NONE}
              options={[
                ...(value === null ? [{ value: NONE, label: 'Choose an integration' }] : []),
                ...all.map(({ id, title }) => ({ value: id, label: shortTitle(title) || id })),
              ]}
              onChange={(id) => {
                if (id !== NONE) onChange(id);
              }}
            />
          </div>
          {error === null ? (
            <p className="field-hint">It lets Encord read your bucket. The files stay there.</p>
          ) : (
            <Wrong text={error} />
          )}
        </>
      )}
    </div>
  );
}

/** The web app that belongs to a server; null for one of another name, whose web app may be anywhere. */
function webAppOf(domain: string): string | null {
  const host = /^https:\/\/api\.([a-z0-9.-]+)$/.exec(domain)?.[1];
  return host === undefined ? null : `https://app.${host}`;
}
