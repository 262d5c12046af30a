/** The ways into a dataset: uploads, files that Encord has already, cloud data. Used by `DatasetPage`. */
import { type ReactElement, useRef, useState } from 'react';
import type { DatasetDetail } from '../../../preload/contract/manage.ts';
import type { AccountView, DatasetView } from '../../../preload/contract/views.ts';
import { useApp } from '../../state/app.ts';
import { chooseAndReview, reviewFiles } from '../../state/review.ts';
import { chooseDestination } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Menu } from '../../ui/Menu.tsx';
import { AttachFiles } from '../add-data/AttachFiles.tsx';
import { Deidentify } from '../add-data/Deidentify.tsx';
import { RegisterCloud } from '../add-data/RegisterCloud.tsx';

interface AddDataProps {
  dataset: DatasetView;
  account: AccountView;
  /** Null while it is not known: main refuses what may not be. */
  may: DatasetDetail['may'] | null;
}

export function AddDataMenu({ dataset, account, may }: AddDataProps): ReactElement {
  const native = useApp((state) => state.snapshot?.capabilities.nativeDialogs ?? false);
  const files = useRef<HTMLInputElement>(null);
  const [dialog, setDialog] = useState<'attach' | 'cloud' | 'deidentify' | null>(null);
  const close = () => setDialog(null);
  // Where all of it is forbidden, the page says why.
  const nothing =
    may !== null && [may.addData, may.attach, may.registerCloudData].every((each) => each !== null);
  const entry = (problem: string | null | undefined, hint: string) =>
    problem ? { hint: problem, disabled: true } : { hint };
  return (
    <>
      <Menu
        entries={[
          {
            kind: 'item',
            id: 'upload',
            label: 'Upload files…',
            icon: 'upload',
            ...entry(may?.addData, 'From this machine'),
            act: () => {
              chooseDestination(account.id, dataset);
              if (native) void chooseAndReview('files');
              else files.current?.click();
            },
          },
          {
            kind: 'item',
            id: 'attach',
            label: 'Attach existing files…',
            icon: 'folder',
            ...entry(may?.attach, 'From Encord’s storage folders'),
            act: () => setDialog('attach'),
          },
          {
            kind: 'item',
            id: 'cloud',
            label: 'Register cloud data…',
            icon: 'server',
            ...entry(may?.registerCloudData, 'From your own bucket, by a JSON or CSV file'),
            act: () => setDialog('cloud'),
          },
          {
            kind: 'item',
            id: 'deidentify',
            label: 'De-identify DICOM…',
            icon: 'lock',
            ...entry(may?.registerCloudData, 'In your own bucket'),
            act: () => setDialog('deidentify'),
          },
        ]}
      >
        <Button
          variant="primary"
          icon="plus"
          trailing="chevronDown"
          disabled={nothing}
          aria-describedby={nothing ? 'dataset-may-not' : undefined}
        >
          Add data
        </Button>
      </Menu>
      <input
        ref={files}
        type="file"
        multiple
        className="visually-hidden"
        tabIndex={-1}
        aria-label={`Files for ${dataset.title}`}
        data-testid="add-data-files"
        onChange={(event) => {
          if (event.target.files) reviewFiles(event.target.files);
          event.target.value = '';
        }}
      />
      {dialog === 'attach' ? <AttachFiles dataset={dataset} onClose={close} /> : null}
      {dialog === 'cloud' ? <RegisterCloud dataset={dataset} folderId={null} onClose={close} /> : null}
      {dialog === 'deidentify' ? <Deidentify dataset={dataset} onClose={close} /> : null}
    </>
  );
}
