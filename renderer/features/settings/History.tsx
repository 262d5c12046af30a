/** How long finished batches stay in the list. */
import { type ReactElement, useState } from 'react';
import type { SettingsView } from '../../../preload/contract/views.ts';
import { changeSettings, Setting } from './SettingsPage.tsx';

const MOST_DAYS = 36_500;
const MOST_UNITS = 1_000_000_000;

export function History({
  settings: { historyDays, historyUnits },
}: {
  settings: Pick<SettingsView, 'historyDays' | 'historyUnits'>;
}): ReactElement {
  const [problem, setProblem] = useState<string | null>(null);
  return (
    <Setting
      label="Finished uploads in the list"
      hint={
        problem ? (
          <span className="tone-fail" role="alert">
            {problem}
          </span>
        ) : (
          'Older or more of them are cleared by themselves, unless something of the batch failed; 0 keeps all. That they were uploaded stays known.'
        )
      }
    >
      <span className="counts">
        <Amount
          label="Days that finished uploads stay in the list"
          value={historyDays}
          most={MOST_DAYS}
          onChange={(days) => void changeSettings({ historyDays: days })}
          onProblem={setProblem}
        />
        <span className="muted">days, at most</span>
        <Amount
          label="Finished uploads in the list at most"
          value={historyUnits}
          most={MOST_UNITS}
          onChange={(units) => void changeSettings({ historyUnits: units })}
          onProblem={setProblem}
        />
        <span className="muted">uploads</span>
      </span>
    </Setting>
  );
}

interface AmountProps {
  label: string;
  value: number;
  most: number;
  onChange: (value: number) => void;
  onProblem: (problem: string | null) => void;
}

/** Holds when it is left or with Enter. */
function Amount({ label, value, most, onChange, onProblem }: AmountProps): ReactElement {
  const [draft, setDraft] = useState<string | null>(null);
  const commit = (): void => {
    if (draft === null) return;
    setDraft(null);
    const wanted = Number(draft.replaceAll(/[,\s]/g, ''));
    const usable = draft.trim() !== '' && Number.isInteger(wanted) && wanted >= 0 && wanted <= most;
    onProblem(usable ? null : `Give a whole number from 0 to ${most.toLocaleString('en')}.`);
    if (usable && wanted !== value) onChange(wanted);
  };
  return (
    <input
      className={`input history-amount${most < 100_000 ? ' history-days' : ''}`}
      inputMode="numeric"
      aria-label={label}
      value={draft ?? value.toLocaleString('en')}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => {
        if (event.key === 'Enter') commit();
        if (event.key === 'Escape') setDraft(null);
      }}
    />
  );
}
