/** The size over which review refuses a file. */
import { type ReactElement, useState } from 'react';
import { useDraft } from '../../state/drafts.ts';
import { Button } from '../../ui/Button.tsx';
import { changeSettings, Setting } from './SettingsPage.tsx';

const GB = 1e9;

export function SizeLimit({ bytes }: { bytes: number }): ReactElement {
  const kept = String(bytes / GB);
  const [draft, setDraft] = useDraft<string | null>('largest file', null);
  const text = draft ?? kept;
  const [wrong, setWrong] = useState(false);
  const save = async () => {
    const value = Number(text.replace(',', '.'));
    if (!Number.isFinite(value) || value <= 0 || value * GB < 1) {
      setWrong(true);
      return;
    }
    setWrong(false);
    if (await changeSettings({ sizeLimitBytes: Math.round(value * GB) })) setDraft(null);
  };
  return (
    <Setting
      label="Largest file"
      hint={
        wrong ? (
          <span className="tone-fail" role="alert">
            Give a number of gigabytes, such as 1 or 0.5.
          </span>
        ) : (
          'Larger files are refused at review. Encord takes 1 GB for each file unless your plan says otherwise.'
        )
      }
    >
      <form
        className="size-limit"
        onSubmit={(event) => {
          event.preventDefault();
          void save();
        }}
      >
        <input
          className="input"
          inputMode="decimal"
          aria-label="Largest file in GB"
          aria-invalid={wrong || undefined}
          value={text}
          onChange={(event) => setDraft(event.target.value)}
        />
        <span className="muted">GB</span>
        {text !== kept ? (
          <Button type="submit" size="s" variant="primary">
            Save
          </Button>
        ) : null}
      </form>
    </Setting>
  );
}
