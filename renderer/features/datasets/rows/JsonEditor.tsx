/** A text field for JSON: line numbers, and what is wrong at its line. Used by the dialog of client metadata. */
import { type ReactElement, useId, useRef } from 'react';
import type { TextProblem } from '../../../../preload/contract/manage.ts';
import { Icon } from '../../../ui/Icon.tsx';

interface JsonEditorProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  problems: readonly TextProblem[];
}

/** Line numbers beyond these are not drawn: nobody types so much, and a pasted text needs none. */
const NUMBERED = 5_000;

export function JsonEditor({ label, value, onChange, problems }: JsonEditorProps): ReactElement {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const numbers = useRef<HTMLDivElement>(null);
  const lines = Math.min(NUMBERED, value.split('\n').length);
  const wrong = new Set(problems.map(({ line }) => line));

  const goTo = ({ line, column }: TextProblem) => {
    const area = field.current;
    if (!area || line === null) return;
    const start =
      value
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0);
    const at = start + Math.max(0, (column ?? 1) - 1);
    area.focus();
    area.setSelectionRange(at, at);
  };

  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {label}
      </label>
      <div className={`json${problems.length > 0 ? ' json-wrong' : ''}`}>
        <div ref={numbers} className="json-numbers mono" aria-hidden="true">
          {Array.from({ length: lines }, (_, at) => at + 1).map((line) => (
            <span key={line} className={wrong.has(line) ? 'json-number json-bad' : 'json-number'}>
              {line}
            </span>
          ))}
        </div>
        <textarea
          ref={field}
          id={id}
          className="json-text mono"
          value={value}
          rows={12}
          wrap="off"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={problems.length > 0 || undefined}
          aria-describedby={problems.length > 0 ? `${id}-problems` : undefined}
          onChange={(event) => onChange(event.target.value)}
          onScroll={(event) => {
            if (numbers.current) numbers.current.scrollTop = event.currentTarget.scrollTop;
          }}
        />
      </div>
      {problems.length > 0 ? (
        <ul id={`${id}-problems`} className="json-problems" role="alert">
          {problems.map((problem) => (
            <li key={`${problem.line} ${problem.column} ${problem.message}`} className="field-error">
              <Icon name="fail" size={14} />
              {problem.line === null ? (
                <span>{problem.message}</span>
              ) : (
                <button type="button" className="json-go" onClick={() => goTo(problem)}>
                  Line {problem.line}: {problem.message}
                </button>
              )}
            </li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
