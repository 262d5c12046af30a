/** Chooses groups of the organisation and their role on the dataset. Used by `Groups`. */
import { type ReactElement, useState } from 'react';
import type { GroupView } from '../../../../preload/contract/manage.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { Dialog } from '../../../ui/Dialog.tsx';
import { Banner } from '../../../ui/Feedback.tsx';
import { oneLine, plural } from '../../../ui/format.ts';
import { type RoleName, RolePick, roleWord } from './RolePick.tsx';
import { SearchPick } from './SearchPick.tsx';

interface AddGroupsProps {
  datasetId: string;
  there: readonly GroupView[];
  onClose: () => void;
  /** Told in a sentence what came of it. */
  onAdded: (words: string) => void;
}

const fetchGroups = (search: string) => (offset: number, limit: number) =>
  call('groups.ofOrganisation', { search, offset, limit });

export function AddGroups({ datasetId, there, onClose, onAdded }: AddGroupsProps): ReactElement {
  const [chosen, setChosen] = useState<ReadonlyMap<string, string>>(new Map());
  const [role, setRole] = useState<RoleName>('user');
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const roles = new Map(there.map((group) => [group.id, group.role]));

  const add = async () => {
    setBusy(true);
    setFailure(null);
    const answer = await call('groups.add', { datasetId, groupIds: [...chosen.keys()], role });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    const [only] = chosen.values();
    const what = chosen.size === 1 ? `The group ${only} is` : `${plural(chosen.size, 'group')} are`;
    onAdded(`${what} added as ${roleWord(role)}`);
  };

  return (
    <Dialog
      open
      onClose={onClose}
      title="Add groups"
      description="Only members of a group are added, its managers are not."
      closeOnOutside={chosen.size === 0}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" busy={busy} disabled={chosen.size === 0} onClick={() => void add()}>
            {chosen.size > 1 ? `Add ${plural(chosen.size, 'group')}` : 'Add group'}
          </Button>
        </>
      }
    >
      <div className="dialog-body pick-dialog">
        <SearchPick<GroupView>
          things="groups"
          fetch={fetchGroups}
          idOf={({ id }) => id}
          icon="group"
          titleOf={({ name }) => oneLine(name) || 'A group without a name'}
          leadOf={({ description }) => oneLine(description)}
          offOf={({ id }) => (roles.has(id) ? `Added already as ${roleWord(roles.get(id) ?? null)}` : null)}
          picked={({ id }) => chosen.has(id)}
          onPick={({ id, name }) => {
            const next = new Map(chosen);
            if (!next.delete(id)) next.set(id, oneLine(name));
            setChosen(next);
          }}
          several
          none="The organisation has no groups. They are made in Encord’s web app."
        />
        <RolePick
          value={role}
          disabled={busy}
          onChange={setRole}
          adminNote="Every member of the group gets it."
        />
        {failure === null ? null : <Banner tone="fail">{failure}</Banner>}
      </div>
    </Dialog>
  );
}
