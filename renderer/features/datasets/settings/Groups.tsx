/** Groups of the organisation that have a role on the dataset: listed, added, removed. Used by `DatasetSettings`. */
import { type ReactElement, useRef, useState } from 'react';
import type { GroupView } from '../../../../preload/contract/manage.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { confirm } from '../../../ui/Confirm.tsx';
import { Badge } from '../../../ui/Feedback.tsx';
import { oneLine, plural } from '../../../ui/format.ts';
import { toast } from '../../../ui/Toasts.tsx';
import { AddGroups } from './AddGroups.tsx';
import { AnswerList, MayNot, Part, saidOf } from './Part.tsx';
import { roleWord } from './RolePick.tsx';
import { useAsked } from './useAsked.ts';

interface GroupsProps {
  datasetId: string;
  /** Why this account may not change them. */
  problem: string | null;
  /** Whether it may look at them. */
  visible: boolean;
}

const WAITING = 'Asking Encord for the groups of the dataset';

export function Groups({ datasetId, problem, visible }: GroupsProps): ReactElement {
  const asked = useAsked(() => call('groups.ofDataset', { datasetId }), visible);
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const groups = asked.value;

  const remove = async (group: GroupView) => {
    const sure = await confirm({
      title: `Remove the group “${oneLine(group.name)}”?`,
      body: 'Its members no longer reach the dataset through this group. It can be added again.',
      action: 'Remove group',
      danger: true,
    });
    if (!sure) return;
    setRemoving(group.id);
    const answer = await call('groups.remove', { datasetId, groupIds: [group.id] });
    setRemoving(null);
    if (!answer.ok) {
      toast(answer.error.message, { tone: 'fail' });
      return;
    }
    asked.change((before) => before.filter(({ id }) => id !== group.id));
    toast(`The group ${oneLine(group.name)} is removed`);
    add.current?.focus();
  };

  return (
    <Part
      title="Groups"
      lead="Only members of a group are added, its managers are not."
      said={
        visible ? saidOf(asked, groups?.length ?? null, WAITING, plural(groups?.length ?? 0, 'group')) : ''
      }
      action={
        problem === null ? (
          <Button ref={add} icon="plus" onClick={() => setAdding(true)}>
            Add a group
          </Button>
        ) : null
      }
    >
      {problem === null ? null : <MayNot>{problem}</MayNot>}
      {visible ? (
        <AnswerList
          asked={asked}
          items={groups}
          things="groups"
          waiting={WAITING}
          empty="No group has a role on this dataset."
          keyOf={({ id }) => id}
          row={(group) => (
            <>
              <div className="grow part-name">
                <p className="truncate" title={oneLine(group.name)}>
                  {oneLine(group.name) || 'A group without a name'}
                </p>
                {group.description || group.sameOrganisation === false ? (
                  <p className="truncate small muted" title={oneLine(group.description)}>
                    {[
                      group.sameOrganisation === false ? 'Of another organisation' : '',
                      oneLine(group.description),
                    ]
                      .filter(Boolean)
                      .join(' · ')}
                  </p>
                ) : null}
              </div>
              <Badge>{roleWord(group.role)}</Badge>
              {problem === null ? (
                <Button
                  size="s"
                  variant="ghost"
                  busy={removing === group.id}
                  aria-label={`Remove ${oneLine(group.name)}`}
                  onClick={() => void remove(group)}
                >
                  Remove
                </Button>
              ) : null}
            </>
          )}
        />
      ) : null}
      {adding ? (
        <AddGroups
          datasetId={datasetId}
          there={groups ?? []}
          onClose={() => setAdding(false)}
          onAdded={(words) => {
            setAdding(false);
            toast(words, { tone: 'done' });
            asked.again();
          }}
        />
      ) : null}
    </Part>
  );
}
