/** What the program says while its window is not looked at, and when it keeps quiet. Only where there is a desktop. */
import { type ReactElement, useState } from 'react';
import type { NewsKind, NotificationSettings } from '../../../preload/contract/desktop.ts';
import { Switch } from '../../ui/Controls.tsx';
import { clockTime } from '../../ui/format.ts';
import { isTime, type QuietHours, quietSentence, USUAL_QUIET } from './quiet-hours.ts';
import { changeSettings, Section, Setting } from './SettingsPage.tsx';

const KINDS: readonly { kind: NewsKind; label: string; hint: string }[] = [
  {
    kind: 'finished',
    label: 'Uploads are finished',
    hint: 'A batch is in Encord. Several at once are said in one.',
  },
  {
    kind: 'failed',
    label: 'Uploads need you',
    hint: 'Something failed or may not have arrived, or the network lets nothing through.',
  },
  { kind: 'folder', label: 'A watch folder stopped', hint: 'It cannot be seen, or needs a decision.' },
  {
    kind: 'sign-in',
    label: 'Sign-in is needed',
    hint: 'Encord no longer takes a key, it waits for its passphrase, the proxy wants a login, or the clock is wrong.',
  },
  {
    kind: 'keychain',
    label: 'The keychain is not available',
    hint: 'It is locked or missing, so keys cannot be read.',
  },
  { kind: 'update', label: 'An update is ready', hint: 'A newer version is there or waits to be installed.' },
];

export function Notifications({ settings }: { settings: NotificationSettings }): ReactElement {
  const change = (part: (now: NotificationSettings) => Partial<NotificationSettings>) =>
    changeSettings(({ notifications }) => ({ notifications: { ...notifications, ...part(notifications) } }));
  return (
    <Section
      title="Notifications"
      lead="Shown by the system; a click opens the place. The first two come only while you look elsewhere."
    >
      {KINDS.map(({ kind, label, hint }) => (
        <Setting key={kind} label={label} hint={hint}>
          <Switch
            label={label}
            checked={settings.kinds[kind]}
            onChange={(on) => void change(({ kinds }) => ({ kinds: { ...kinds, [kind]: on } }))}
          />
        </Setting>
      ))}
      <Quiet
        quiet={settings.quiet}
        onChange={(part) =>
          void change(({ quiet }) => ({
            quiet: part === null ? null : { ...USUAL_QUIET, ...quiet, ...part },
          }))
        }
      />
    </Section>
  );
}

interface QuietProps {
  quiet: QuietHours | null;
  /** What of it changes; null: none any more. */
  onChange: (part: Partial<QuietHours> | null) => void;
}

function Quiet({ quiet, onChange }: QuietProps): ReactElement {
  return (
    <Setting
      label="Quiet hours"
      hint={quiet === null ? 'Notifications come at any time.' : quietSentence(quiet, clockTime)}
    >
      {quiet === null ? null : (
        <span className="counts">
          <Time
            key={`from ${quiet.from}`}
            label="Quiet from"
            value={quiet.from}
            onChange={(from) => onChange({ from })}
          />
          <span className="muted">to</span>
          <Time
            key={`to ${quiet.to}`}
            label="Quiet until"
            value={quiet.to}
            onChange={(to) => onChange({ to })}
          />
        </span>
      )}
      <Switch
        label="Quiet hours"
        checked={quiet !== null}
        onChange={(on) => onChange(on ? USUAL_QUIET : null)}
      />
    </Setting>
  );
}

interface TimeProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

/** Holds when it is left or with Enter: each key would otherwise be a time of its own. */
function Time({ label, value, onChange }: TimeProps): ReactElement {
  const [draft, setDraft] = useState(value);
  const commit = (): void => {
    if (!isTime(draft)) setDraft(value);
    else if (draft !== value) onChange(draft);
  };
  return (
    <input
      type="time"
      className="input time"
      aria-label={label}
      value={draft}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setDraft(value);
      }}
    />
  );
}
