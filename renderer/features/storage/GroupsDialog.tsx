/** Which groups of the organisation have access to a folder: add, give another role, remove. Used by `StorageDialogs`. */
import { type ReactElement, useCallback, useEffect, useState } from 'react';
import type { FolderView, GroupView } from '../../../preload/contract/manage.ts';
import { call } from '../../state/bridge.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Badge, Banner } from '../../ui/Feedback.tsx';
import { SearchField } from '../../ui/Field.tsx';
import { oneLine, plural } from '../../ui/format.ts';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import { useRested } from '../add-data/useRested.ts';
import { mayNotChange, roleWord } from './words.ts';

type Role = 'admin' | 'user';
/** A search finds the others. */
const SHOWN = 50;

interface GroupsProps {
  folder: FolderView;
  onClose: () => void;
}

export function GroupsDialog({ folder, onClose }: GroupsProps): ReactElement {
  const [groups, setGroups] = useState<readonly GroupView[] | null>(null);
  const [unlisted, setUnlisted] = useState<string | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [told, setTold] = useState('');
  const mayNot = mayNotChange(folder);
  const folderId = folder.id;
  const list = useCallback(async () => {
    setUnlisted(null);
    const answer = await call('storage.folderGroups', { folderId });
    if (answer.ok) setGroups(answer.value);
    else setUnlisted(answer.error.message);
  }, [folderId]);
  useEffect(() => void list(), [list]);

  const change = async (act: () => Promise<{ ok: boolean; error?: { message: string } }>, done: string) => {
    setFailure(null);
    setTold('');
    const answer = await act();
    if (answer.ok) setTold(done);
    else setFailure(answer.error?.message ?? '');
    await list();
  };
  const add = (group: GroupView, role: Role) =>
    change(
      () => call('storage.addFolderGroups', { folderId, groupIds: [group.id], role }),
      `${oneLine(group.name)} has access as ${roleWord(role)}.`,
    );
  const remove = async (group: GroupView) => {
    const sure = await confirm({
      title: `Remove ${oneLine(group.name)}?`,
      body: 'Its members lose the access to the folder that they have through it.',
      action: 'Remove group',
      danger: true,
    });
    if (sure)
      await change(
        () => call('storage.removeFolderGroups', { folderId, groupIds: [group.id] }),
        `${oneLine(group.name)} has no access any more.`,
      );
  };

  return (
    <Dialog
      open
      onClose={onClose}
      size="l"
      title={`Groups of ${oneLine(folder.name)}`}
      description="Everybody in a group has its role on the folder. Managers of a group are not included when it is added."
      footer={<Button onClick={onClose}>Close</Button>}
    >
      <div className="dialog-body stack-m">
        {mayNot === null ? null : <Banner icon="lock">{mayNot}</Banner>}
        {unlisted !== null ? (
          <Banner
            tone="fail"
            title="The groups could not be listed"
            actions={
              <Button size="s" icon="retry" onClick={() => void list()}>
                Try again
              </Button>
            }
          >
            {unlisted}
          </Banner>
        ) : groups === null ? (
          <p className="inline muted" role="status">
            <Spinner /> Asking which groups have access
          </p>
        ) : groups.length === 0 ? (
          <p className="muted">No group has access to this folder.</p>
        ) : (
          <ul className="storage-groups" aria-label="Groups with access">
            {groups.map((group) => (
              <li key={group.id}>
                <GroupName group={group} />
                {group.sameOrganisation === false ? <Badge tone="warn">Another organisation</Badge> : null}
                {mayNot === null && group.role !== null ? (
                  <Segmented
                    label={`Role of ${oneLine(group.name)}`}
                    size="s"
                    value={group.role}
                    options={ROLES}
                    onChange={(role) => void add(group, role)}
                  />
                ) : (
                  <span className="muted">{roleWord(group.role)}</span>
                )}
                <IconButton
                  label={`Remove ${oneLine(group.name)}`}
                  icon="trash"
                  size="s"
                  disabled={mayNot !== null}
                  onClick={() => void remove(group)}
                />
              </li>
            ))}
          </ul>
        )}
        <p className="small muted" role="status">
          {told}
        </p>
        {failure ? <Banner tone="fail">{failure}</Banner> : null}
        {mayNot === null && groups !== null ? <AddGroups groups={groups} onAdd={add} /> : null}
      </div>
    </Dialog>
  );
}

const ROLES = [
  { value: 'user', label: 'User' },
  { value: 'admin', label: 'Admin' },
] as const;

function GroupName({ group }: { group: GroupView }): ReactElement {
  return (
    <span className="storage-group-name">
      <span className="truncate" title={group.name}>
        {oneLine(group.name)}
      </span>
      {group.description ? <span className="row-sub truncate">{oneLine(group.description)}</span> : null}
    </span>
  );
}

interface AddProps {
  groups: readonly GroupView[];
  onAdd: (group: GroupView, role: Role) => Promise<void>;
}

function AddGroups({ groups, onAdd }: AddProps): ReactElement {
  const [typed, setTyped] = useState('');
  const search = useRested(typed.trim());
  const [role, setRole] = useState<Role>('user');
  const [found, setFound] = useState<{ total: number; rows: readonly GroupView[] } | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another turn asks for the same again.
  useEffect(() => {
    let left = false;
    setFailure(null);
    void call('groups.ofOrganisation', { search, offset: 0, limit: SHOWN }).then((answer) => {
      if (left) return;
      if (answer.ok) setFound(answer.value);
      else setFailure(answer.error.message);
    });
    return () => {
      left = true;
    };
  }, [search, turn]);
  const here = new Set(groups.map(({ id }) => id));
  const others = found?.rows.filter(({ id }) => !here.has(id)) ?? [];
  return (
    <section className="storage-add" aria-label="Add groups">
      <div className="storage-add-head">
        <h3 className="grow">Add a group of your organisation</h3>
        <span className="small muted" aria-hidden="true">
          as
        </span>
        <Segmented
          label="Role of the groups that are added"
          size="s"
          value={role}
          options={ROLES}
          onChange={setRole}
        />
      </div>
      <SearchField label="Search groups" value={typed} onChange={setTyped} />
      {failure !== null ? (
        <Banner
          tone="fail"
          actions={
            <Button size="s" icon="retry" onClick={() => setTurn(turn + 1)}>
              Try again
            </Button>
          }
        >
          {failure}
        </Banner>
      ) : found === null ? (
        <p className="inline muted" role="status">
          <Spinner /> Asking for the groups of your organisation
        </p>
      ) : others.length === 0 ? (
        <p className="muted">
          {search !== ''
            ? 'No other group has such a name.'
            : found.total === 0
              ? 'Your organisation has no groups. They are made in Encord’s web app.'
              : 'All groups of your organisation have access.'}
        </p>
      ) : (
        <>
          <ul className="storage-groups storage-groups-found" aria-label="Groups of the organisation">
            {others.map((group) => (
              <li key={group.id}>
                <Icon name="user" className="faint" />
                <GroupName group={group} />
                <Button
                  size="s"
                  icon="plus"
                  aria-label={`Add ${oneLine(group.name)}`}
                  onClick={() => void onAdd(group, role)}
                >
                  Add
                </Button>
              </li>
            ))}
          </ul>
          {found.total > found.rows.length ? (
            <p className="small muted">
              {plural(found.total - found.rows.length, 'more group')}: search for the one you mean.
            </p>
          ) : null}
        </>
      )}
    </section>
  );
}
