/** How many files are sent at the same time: chosen by the program between two numbers, or one number. */
import { type ReactElement, useState } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import type { SettingsView } from '../../../preload/contract/views.ts';
import { Segmented } from '../../ui/Controls.tsx';
import { changeSettings, Setting } from './SettingsPage.tsx';

const MOST = 64;
/** What is proposed first where a person wants one number. */
const FIXED = 8;

export function FilesAtOnce({
  settings: { concurrency, concurrencyBounds },
}: {
  settings: SettingsView;
}): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  const { least, most } = concurrencyBounds;
  const change = (value: number | null, wanted: (value: number) => CallInput<'settings.set'>): void => {
    const next = value === null ? null : wanted(value);
    const bounds = next?.concurrencyBounds;
    const wrong =
      next === null
        ? `Give a whole number from 1 to ${MOST}.`
        : bounds && bounds.least > bounds.most
          ? 'The first number cannot be the larger one.'
          : null;
    setProblem(wrong);
    if (next && wrong === null) void changeSettings(next);
  };
  return (
    <Setting
      label="Files at the same time"
      hint={
        problem ? (
          <span className="tone-fail" role="alert">
            {problem}
          </span>
        ) : concurrency === 'auto' ? (
          'More while that moves more bytes, fewer when Encord or the line has trouble.'
        ) : (
          'Always so many, as long as there are files.'
        )
      }
    >
      {concurrency === 'auto' ? (
        <span className="counts">
          <Count
            label="Fewest files at the same time"
            value={least}
            onChange={(value) => change(value, (next) => ({ concurrencyBounds: { least: next, most } }))}
          />
          <span className="muted">to</span>
          <Count
            label="Most files at the same time"
            value={most}
            onChange={(value) => change(value, (next) => ({ concurrencyBounds: { least, most: next } }))}
          />
        </span>
      ) : (
        <Count
          label="Files at the same time"
          value={concurrency}
          onChange={(value) => change(value, (next) => ({ concurrency: next }))}
        />
      )}
      <Segmented
        label="Files at the same time"
        size="s"
        value={concurrency === 'auto' ? 'auto' : 'fixed'}
        onChange={(mode) => {
          setProblem(null);
          void changeSettings({ concurrency: mode === 'auto' ? 'auto' : FIXED });
        }}
        options={[
          { value: 'auto', label: 'Automatic' },
          { value: 'fixed', label: 'Fixed' },
        ]}
      />
    </Setting>
  );
}

interface CountProps {
  label: string;
  value: number;
  /** Null for what is no number of files. */
  onChange: (value: number | null) => void;
}

/** Holds when it is left or with Enter. */
function Count({ label, value, onChange }: CountProps): ReactElement {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    if (draft === null) return;
    setDraft(null);
    const wanted = Number(draft);
    const usable = Number.isInteger(wanted) && wanted >= 1 && wanted <= MOST;
    if (!usable || wanted !== value) onChange(usable ? wanted : null);
  };
  return (
    <input
      className="input count"
      inputMode="numeric"
      aria-label={label}
      value={draft ?? String(value)}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
