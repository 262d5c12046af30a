/** What a review does not take, by reason: a count each, opened into the files. */
// biome-ignore-all lint/a11y/useSemanticElements: a virtual list draws only some of its rows, which HTML tables and lists cannot say.
import { type ReactElement, useEffect, useState } from 'react';
import type { ErrorCode } from '../../../preload/contract/errors.ts';
import type { PlanView, TurnedAwayView } from '../../../preload/contract/views.ts';
import { useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { count, plural, size } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';
import { MiddleTruncate } from '../../ui/MiddleTruncate.tsx';
import { VirtualList } from '../../ui/VirtualList.tsx';

/** Beyond this many, reasons are counted from the first ones, and the list says so. */
const MOST = 10_000;

const REASONS: Partial<Record<ErrorCode, string>> = {
  'file-empty': 'Empty',
  'file-type': 'Not a kind of file that Encord takes',
  'file-too-large': 'Larger than the size limit',
  'file-name': 'Name too long',
  'file-unreadable': 'Cannot be read',
  'file-missing': 'No longer there',
  'file-changed': 'Changed while it was looked at',
  duplicate: 'Already uploaded',
  'not-available': 'Not known to the route of this account',
};

interface Group {
  key: string;
  kind: TurnedAwayView['kind'];
  title: string;
  files: TurnedAwayView[];
}

function titleOf({ kind, failure }: TurnedAwayView): string {
  if (kind === 'refused' && failure.code === 'duplicate') return 'The same image as another file';
  return REASONS[failure.code] ?? (kind === 'skipped' ? 'Skipped' : 'Refused');
}

function groupsOf(files: readonly TurnedAwayView[]): Group[] {
  const groups = new Map<string, Group>();
  for (const file of files) {
    const key = `${file.kind} ${file.failure.code}`;
    const group = groups.get(key) ?? {
      key,
      kind: file.kind,
      title: titleOf(file),
      files: [],
    };
    group.files.push(file);
    groups.set(key, group);
  }
  return [...groups.values()].sort(
    (a, b) => a.kind.localeCompare(b.kind) || b.files.length - a.files.length || a.key.localeCompare(b.key),
  );
}

/** Every turned-away file of the plan, up to `MOST`; asked for again when their number changes. */
function useTurnedAway(plan: PlanView): readonly TurnedAwayView[] {
  const [files, setFiles] = useState<readonly TurnedAwayView[]>([]);
  const { planId } = plan;
  const number = plan.refused + plan.skipped;
  useEffect(() => {
    let stopped = false;
    void (async () => {
      const all: TurnedAwayView[] = [];
      while (all.length < Math.min(number, MOST)) {
        const answer = await call('plan.turnedAway', { planId, offset: all.length, limit: 500 });
        if (stopped || !answer.ok) return;
        all.push(...answer.value.rows);
        if (answer.value.rows.length === 0) break;
      }
      setFiles(all);
    })();
    return () => {
      stopped = true;
    };
  }, [planId, number]);
  return files;
}

type Line = { kind: 'group'; group: Group } | { kind: 'file'; file: TurnedAwayView };

export function TurnedAway({ plan }: { plan: PlanView }): ReactElement {
  const files = useTurnedAway(plan);
  const limit = useApp((state) => state.snapshot?.settings.sizeLimitBytes);
  const [open, setOpen] = useState<ReadonlySet<string> | null>(null);
  const groups = groupsOf(files);
  // A few are shown at once; many are for whoever asks.
  const isOpen = (group: Group) => (open ? open.has(group.key) : group.files.length <= 8);
  const lines: Line[] = groups.flatMap((group): Line[] => [
    { kind: 'group', group },
    ...(isOpen(group) ? group.files.map((file): Line => ({ kind: 'file', file })) : []),
  ]);
  const number = plan.refused + plan.skipped;
  const toggle = (group: Group) => {
    const next = new Set(groups.filter(isOpen).map((each) => each.key));
    if (!next.delete(group.key)) next.add(group.key);
    setOpen(next);
  };
  return (
    <>
      {number > MOST ? (
        <p className="review-more small muted">
          Reasons of the first {count(MOST)} of {plural(number, 'file')}.
        </p>
      ) : null}
      <VirtualList
        className="review-list"
        count={lines.length}
        rowHeight={34}
        role="list"
        aria-label="Not taken, by reason"
        row={(index) => {
          const line = lines[index];
          if (!line) return null;
          if (line.kind === 'group') {
            const { group } = line;
            const opened = isOpen(group);
            return (
              <div role="listitem" className="away-group">
                <button
                  type="button"
                  className="away-head"
                  aria-expanded={opened}
                  onClick={() => toggle(group)}
                >
                  <Icon name="chevronRight" size={12} className={opened ? 'away-open' : ''} />
                  <Icon
                    name={group.kind === 'refused' ? 'cancelled' : 'skip'}
                    size={14}
                    className={group.kind === 'refused' ? 'tone-warn' : 'faint'}
                  />
                  <span className="strong">{group.title}</span>
                  <span className="muted">
                    {group.files[0]?.failure.code === 'file-too-large' && limit ? `${size(limit)} · ` : ''}
                    {count(group.files.length)}
                  </span>
                  <span className="grow" />
                  <span className="faint small">{group.kind === 'refused' ? 'refused' : 'skipped'}</span>
                </button>
              </div>
            );
          }
          const { file } = line;
          return (
            <div role="listitem" className="review-row away-file">
              <MiddleTruncate text={file.title} title={file.path} className="review-name" />
              <span className="muted small truncate review-note" title={file.failure.message}>
                {file.failure.message}
              </span>
              <span className="muted small review-size">{size(file.size)}</span>
            </div>
          );
        }}
      />
    </>
  );
}
