/** Updates of the installed program: what is known, the one thing to do about it, and how it is looked for. */
import { type ReactElement, useEffect, useState } from 'react';
import type { UpdateSettings, UpdateView } from '../../../preload/contract/desktop.ts';
import { onTopics } from '../../state/app.ts';
import { ask, call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Progress, Segmented, Switch } from '../../ui/Controls.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { changeSettings, Section, Setting } from './SettingsPage.tsx';
import { type UpdateWords, updateWords } from './update-words.ts';

const MODES: Record<UpdateSettings['mode'], string> = {
  auto: 'Downloaded when no files are on their way, installed when you quit.',
  ask: 'You are told of a new version, and decide.',
  off: 'Nothing is looked for.',
};

function useUpdate(): { view: UpdateView | null; take: (view: UpdateView) => void } {
  const [view, setView] = useState<UpdateView | null>(null);
  useEffect(() => {
    let left = false;
    const look = async () => {
      const answer = await call('updates.view', null);
      if (!left && answer.ok) setView(answer.value);
    };
    void look();
    const stop = onTopics((topics) => {
      if (topics.has('updates')) void look();
    });
    return () => {
      left = true;
      stop();
    };
  }, []);
  return { view, take: setView };
}

export function Updates({ settings, version }: { settings: UpdateSettings; version: string }): ReactElement {
  const { view, take } = useUpdate();
  const off = view?.kind === 'off' ? view : null;
  return (
    <Section
      title="Updates"
      lead={off?.managed ? 'Whoever looks after this machine decides about them.' : undefined}
    >
      {view === null ? null : <Known view={view} version={version} take={take} />}
      {off && !off.bySetting ? null : <Choices settings={settings} />}
    </Section>
  );
}

function Choices({ settings }: { settings: UpdateSettings }): ReactElement {
  return (
    <>
      <Setting label="New versions" hint={MODES[settings.mode]}>
        <Segmented
          label="New versions"
          size="s"
          value={settings.mode}
          onChange={(mode) => void changeSettings(({ updates }) => ({ updates: { ...updates, mode } }))}
          options={[
            { value: 'auto', label: 'Automatic' },
            { value: 'ask', label: 'Ask' },
            { value: 'off', label: 'Off' },
          ]}
        />
      </Setting>
      <Setting label="Early versions" hint="They come sooner, and may have faults that nobody has met yet.">
        <Switch
          label="Early versions"
          checked={settings.channel === 'beta'}
          disabled={settings.mode === 'off'}
          onChange={(beta) =>
            void changeSettings(({ updates }) => ({
              updates: { ...updates, channel: beta ? 'beta' : 'latest' },
            }))
          }
        />
      </Setting>
    </>
  );
}

interface KnownProps {
  view: UpdateView;
  version: string;
  take: (view: UpdateView) => void;
}

function Known({ view, version, take }: KnownProps): ReactElement {
  const [busy, setBusy] = useState(false);
  const words = updateWords(view, version, Date.now());
  const act = async (name: NonNullable<UpdateWords['action']>['call']) => {
    setBusy(true);
    const next = await ask(name, null);
    setBusy(false);
    if (next) take(next);
  };
  const { action } = words;
  return (
    <div className="setting-tall">
      <Setting
        label={
          <span className="inline">
            {view.kind === 'failed' ? <Icon name="warn" size={14} className="tone-warn" /> : null}
            <span role="status">{words.title}</span>
          </span>
        }
        hint={words.hint}
      >
        {action ? (
          <Button
            size="s"
            variant={words.tone === 'accent' ? 'primary' : 'secondary'}
            busy={busy || view.kind === 'checking'}
            onClick={() => void act(action.call)}
          >
            {action.label}
          </Button>
        ) : null}
      </Setting>
      {view.kind === 'downloading' ? (
        <div className="update-progress">
          <Progress label={words.title} value={view.fraction} />
        </div>
      ) : null}
    </div>
  );
}
