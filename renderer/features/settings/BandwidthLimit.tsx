/** The bandwidth limit: none, one, or a timetable, read out in plain words while it is typed. */
import { type FormEvent, type ReactElement, useEffect, useId, useState } from 'react';
import type { BandwidthReading } from '../../../preload/contract/views.ts';
import { isTimetable } from '../../state/bandwidth.ts';
import { call } from '../../state/bridge.ts';
import { useDraft } from '../../state/drafts.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { changeSettings, Setting } from './SettingsPage.tsx';

type Mode = 'off' | 'always' | 'timetable';

const READ_AFTER_MS = 120;

function modeOf(setting: string): Mode {
  if (setting === '' || setting.toLowerCase() === 'off') return 'off';
  return isTimetable(setting) ? 'timetable' : 'always';
}

export function BandwidthLimit({ saved }: { saved: string }): ReactElement {
  const [chosen, setChosen] = useDraft<Mode | null>('bandwidth mode', null);
  const [draft, setDraft] = useDraft<string | null>('bandwidth', null);
  const mode = chosen ?? modeOf(saved);
  const text = draft ?? (modeOf(saved) === mode ? saved : '');
  const choose = (next: Mode): void => {
    setDraft(null);
    setChosen(next === 'off' ? null : next);
    if (next === 'off') void changeSettings({ bandwidth: '' });
  };
  const save = async (): Promise<void> => {
    if (!(await changeSettings({ bandwidth: text.trim() }))) return;
    setDraft(null);
    setChosen(null);
  };
  return (
    <div className="setting-tall">
      <Setting
        label="Bandwidth limit"
        hint="For all uploads together. It holds at once, also for files on their way."
      >
        <Segmented
          label="Bandwidth limit"
          size="s"
          value={mode}
          onChange={choose}
          options={[
            { value: 'off', label: 'None' },
            { value: 'always', label: 'Always' },
            { value: 'timetable', label: 'By the clock' },
          ]}
        />
      </Setting>
      {mode === 'off' ? null : (
        <Editor mode={mode} text={text} changed={text.trim() !== saved} onChange={setDraft} onSave={save} />
      )}
    </div>
  );
}

interface EditorProps {
  mode: Exclude<Mode, 'off'>;
  text: string;
  changed: boolean;
  onChange: (text: string) => void;
  onSave: () => Promise<void>;
}

function Editor({ mode, text, changed, onChange, onSave }: EditorProps): ReactElement {
  const id = useId();
  const reading = useReading(text);
  const empty = text.trim() === '';
  const invalid = !empty && reading?.problem != null;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!empty && !invalid) void onSave();
  };
  const field = {
    id,
    value: text,
    'aria-describedby': `${id}-reading`,
    'aria-invalid': invalid || undefined,
    autoComplete: 'off',
    spellCheck: false,
  };
  return (
    <form className="bandwidth" onSubmit={submit}>
      <label className="visually-hidden" htmlFor={id}>
        {mode === 'always' ? 'Limit' : 'Timetable'}
      </label>
      <div className="bandwidth-field">
        {mode === 'always' ? (
          <input
            {...field}
            className="input mono bandwidth-value"
            placeholder="10M"
            onChange={(event) => onChange(event.target.value)}
          />
        ) : (
          <textarea
            {...field}
            className="input mono"
            rows={2}
            placeholder="08:00,512k 12:00,10M 19:00,off"
            onChange={(event) => onChange(event.target.value)}
          />
        )}
        {changed ? (
          <Button type="submit" size="s" variant="primary" disabled={empty || invalid}>
            Save
          </Button>
        ) : null}
      </div>
      <div className="bandwidth-reading" id={`${id}-reading`} aria-live="polite">
        {empty || reading === null ? <Help mode={mode} /> : <Reading reading={reading} />}
      </div>
    </form>
  );
}

function Help({ mode }: { mode: Exclude<Mode, 'off'> }): ReactElement {
  return mode === 'always' ? (
    <p className="setting-hint">
      Bytes a second: <code>512k</code> is 512 KiB/s, <code>10M</code> is 10 MiB/s. A line of 100 Mbit/s
      carries about <code>12M</code>.
    </p>
  ) : (
    <p className="setting-hint">
      A time, a comma, a limit, as rclone has it: <code>08:00,512k 12:00,10M 19:00,off</code>. Each holds
      until the next. With days: <code>Mon-08:00,1M Fri-18:00,off</code>.
    </p>
  );
}

function Reading({ reading }: { reading: BandwidthReading }): ReactElement {
  if (reading.problem !== null)
    return (
      <p className="setting-hint">
        <span className="tone-fail">{reading.problem}</span>
      </p>
    );
  return (
    <>
      <dl className="bandwidth-week">
        {reading.week.map(({ days, limits }) => (
          <div key={days}>
            <dt>{days}</dt>
            <dd>{limits}</dd>
          </div>
        ))}
        {reading.now === null ? null : (
          <div className="bandwidth-now">
            <dt>Now</dt>
            <dd>{reading.now}</dd>
          </div>
        )}
      </dl>
      {reading.notes.map((note) => (
        <p key={note} className="setting-hint">
          {note}
        </p>
      ))}
    </>
  );
}

/** What main makes of the text, a moment after the last key; the last answer stays until there is another. */
function useReading(text: string): BandwidthReading | null {
  const [reading, setReading] = useState<BandwidthReading | null>(null);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(() => {
      void call('settings.readBandwidth', { text: text.slice(0, 4_000) }).then((answer) => {
        if (current && answer.ok) setReading(answer.value);
      });
    }, READ_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text]);
  return reading;
}
