/** Which de-identified files are written at all: rows of a tag, a comparison and values. Used by `Deidentify`. */
import { type ReactElement, useEffect, useRef } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Select } from '../../ui/Select.tsx';
import { Line } from '../watch/fields.tsx';

type Kind = CallInput<'cloud.deidentify'>['saveConditions'][number]['kind'];

export interface Condition {
  readonly id: number;
  readonly tag: string;
  readonly kind: Kind;
  readonly value: string;
}

const MOST = 100;
const KINDS: readonly { value: Kind; label: string }[] = [
  { value: 'in', label: 'is one of' },
  { value: 'notSubstr', label: 'does not contain' },
];

export function isComplete({ tag, value }: Condition): boolean {
  return tag.trim() !== '' && value.replaceAll(',', '').trim() !== '';
}

export function toSaveConditions(
  conditions: readonly Condition[],
): CallInput<'cloud.deidentify'>['saveConditions'] {
  return conditions.map(({ tag, kind, value }) => ({
    kind,
    tag: tag.trim(),
    value:
      kind === 'in'
        ? value
            .split(',')
            .map((each) => each.trim())
            .filter(Boolean)
        : value.trim(),
  }));
}

interface SaveConditionsProps {
  conditions: readonly Condition[];
  onChange: (conditions: readonly Condition[]) => void;
  tried: boolean;
}

export function SaveConditions({ conditions, onChange, tried }: SaveConditionsProps): ReactElement {
  const lines = useRef<HTMLDivElement>(null);
  const adder = useRef<HTMLButtonElement>(null);
  const before = useRef(conditions.length);
  useEffect(() => {
    const change = conditions.length - before.current;
    before.current = conditions.length;
    // What was added is filled in next; where one was removed the keys would have nowhere to go.
    if (change > 0) lines.current?.querySelector<HTMLElement>('.condition:last-child input')?.focus();
    else if (change < 0) adder.current?.focus();
  }, [conditions.length]);
  return (
    <div className="field">
      <span className="field-label">
        Write only files where<span className="field-optional">optional</span>
      </span>
      <div className="stack conditions" ref={lines}>
        {conditions.map((condition, at) => {
          const set = (patch: Partial<Condition>) =>
            onChange(conditions.map((each) => (each.id === condition.id ? { ...each, ...patch } : each)));
          const noTag = tried && condition.tag.trim() === '';
          return (
            <div key={condition.id} className="condition">
              <Line
                label={`DICOM tag of condition ${at + 1}`}
                value={condition.tag}
                placeholder="Modality"
                error={noTag ? 'Name the DICOM tag.' : undefined}
                onChange={(tag) => set({ tag })}
              />
              <Select
                label={`Comparison of condition ${at + 1}`}
                value={condition.kind}
                options={KINDS}
                onChange={(kind) => set({ kind })}
              />
              <Line
                label={`Value of condition ${at + 1}`}
                value={condition.value}
                placeholder={condition.kind === 'in' ? 'CT, MR' : 'SECONDARY'}
                error={
                  tried && !noTag && !isComplete(condition) ? 'Write what it is compared with.' : undefined
                }
                onChange={(value) => set({ value })}
              />
              <IconButton
                label={`Remove condition ${at + 1}`}
                icon="close"
                onClick={() => onChange(conditions.filter((each) => each.id !== condition.id))}
              />
            </div>
          );
        })}
      </div>
      {conditions.length > 1 ? <p className="field-hint">All of them have to be true of a file.</p> : null}
      {conditions.some(({ kind }) => kind === 'in') ? (
        <p className="field-hint">Several values are separated by commas.</p>
      ) : null}
      <div>
        <Button
          ref={adder}
          size="s"
          icon="plus"
          disabled={conditions.length >= MOST}
          onClick={() =>
            onChange([
              ...conditions,
              { id: 1 + (conditions.at(-1)?.id ?? 0), tag: '', kind: 'in', value: '' },
            ])
          }
        >
          Add a condition
        </Button>
      </div>
    </div>
  );
}
