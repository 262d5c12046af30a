/** A name while it is changed in place. Used by lists of rows and of storage items, and by their panels. */
import { type ReactElement, useRef, useState } from 'react';

interface NameProps {
  name: string;
  /** E.g. "New title of scan.png". */
  label: string;
  /** Said where nothing is left of it. */
  needed: string;
  /** What went wrong; null where it is kept. */
  save: (name: string) => Promise<string | null>;
  /** It is renamed, or left as it was. `byKey`: the focus should go back to where it came from. */
  onDone: (byKey: boolean) => void;
}

/** Enter keeps, Escape leaves it, and so does going elsewhere keep what was typed. */
export function NameField({ name, label, needed, save, onDone }: NameProps): ReactElement {
  const [typed, setTyped] = useState(name);
  const [problem, setProblem] = useState<string | null>(null);
  const busy = useRef(false);
  const keep = async (byKey: boolean) => {
    const wanted = typed.trim();
    if (busy.current) return;
    if (wanted === name || (wanted === '' && !byKey)) {
      onDone(byKey);
      return;
    }
    if (wanted === '') {
      setProblem(needed);
      return;
    }
    busy.current = true;
    const wrong = await save(wanted);
    busy.current = false;
    if (wrong === null) onDone(byKey);
    else setProblem(wrong);
  };
  return (
    <span className="rename">
      <input
        className="input rename-input"
        aria-label={label}
        aria-invalid={problem === null ? undefined : true}
        value={typed}
        maxLength={300}
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: the person asked to type here.
        autoFocus
        onFocus={(event) => {
          // Whoever renames a file keeps its ending.
          const dot = name.lastIndexOf('.');
          event.target.setSelectionRange(0, dot > 0 ? dot : name.length);
        }}
        onChange={(event) => {
          setTyped(event.target.value);
          setProblem(null);
        }}
        onBlur={() => void (problem === null ? keep(false) : onDone(false))}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter') {
            event.preventDefault();
            void keep(true);
          } else if (event.key === 'Escape') {
            event.preventDefault();
            busy.current = true;
            onDone(true);
          }
        }}
      />
      {problem === null ? null : (
        <span className="rename-problem small" role="alert">
          {problem}
        </span>
      )}
    </span>
  );
}
