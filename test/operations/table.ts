/**
 * Every operation of Encord's API that belongs to datasets, and where this program has it: on a page, on the command
 * line, in the emulator. README's table and a test for each cell are made from this list, so that none can drift.
 *
 * A cell is what a person clicks, in italics as the page calls it, or types, as code; or `no` with the reason why it is not
 * there.
 */

export interface No {
  readonly no: string;
}

export type Cell = string | No;

export interface Operation {
  readonly name: string;
  /** The call, as Encord's API has it. */
  readonly call: string;
  readonly page: Cell;
  readonly cli: Cell;
  readonly emulator: Cell;
}

const no = (reason: string): No => ({ no: reason });

/** The emulator has a call where it answers it; how strictly, its own tests say. */
const YES = 'yes';
const NOT_IN_API = no('Not in Encord’s API');
const IN_WEB_APP = no(
  'Not in Encord’s API: the page says so, and where the address of the web app is known, links to it',
);
const OTHER_WAY = no('Uploads go by the storage folder’s calls, or by the documented ones');
const BY_COMMAND = no('Rare, so on the command line alone');
const COVERED = no('Another call of this table does the same');

export const OPERATIONS = {
  // Datasets
  'create-dataset': {
    name: 'Create a dataset, mirrored or static',
    call: '`POST datasets`',
    page: '*Datasets* → *New dataset*',
    cli: '`datasets create TITLE`',
    emulator: YES,
  },
  'create-dataset-elsewhere': {
    name: 'Create a dataset on another cloud’s storage',
    call: '`dataset` POST',
    page: '*New dataset* → *Storage*',
    cli: '`datasets create TITLE --storage aws`',
    emulator: YES,
  },
  'list-datasets': {
    name: 'List and search datasets',
    call: '`GET datasets/list`, `datasetwithuserrole` GET',
    page: '*Datasets* → *Search datasets*',
    cli: '`datasets list`',
    emulator: YES,
  },
  'list-organisation': {
    name: 'List the datasets of the organisation',
    call: '`GET datasets/list?includeOrgAccess=`',
    page: '*Datasets* → *All organisation datasets*',
    cli: '`datasets list --organisation`',
    emulator: YES,
  },
  'join-dataset': {
    name: 'Join a dataset of the organisation',
    call: 'none',
    page: IN_WEB_APP,
    cli: NOT_IN_API,
    emulator: NOT_IN_API,
  },
  'read-dataset': {
    name: 'Read a dataset',
    call: '`dataset` GET',
    page: '*Datasets* → a dataset',
    cli: '`datasets show DATASET`',
    emulator: YES,
  },
  'rename-dataset': {
    name: 'Rename a dataset, or delete it',
    call: 'none',
    page: IN_WEB_APP,
    cli: NOT_IN_API,
    emulator: NOT_IN_API,
  },
  // Rows
  'list-rows': {
    name: 'List, filter and sort data rows',
    call: '`datarows` GET',
    page: 'a dataset → *Data* → *Filters*',
    cli: '`datasets rows DATASET`',
    emulator: YES,
  },
  'read-row': {
    name: 'Read one row, its frames, its signed URL',
    call: '`datarow` GET',
    page: 'a dataset → *Data* → a row',
    cli: '`datasets rows DATASET --row HASH`',
    emulator: YES,
  },
  'rename-row': {
    name: 'Rename a row',
    call: '`datarow` POST, `video` POST',
    page: 'a row → *Rename*',
    cli: '`datasets rename DATASET ROW TITLE`',
    emulator: YES,
  },
  'row-metadata': {
    name: 'Client metadata of rows',
    call: '`datarow` POST, `PATCH storage/items/patch-bulk`',
    page: 'a selection of rows → *Metadata…*',
    cli: '`datasets metadata DATASET`',
    emulator: YES,
  },
  'delete-rows': {
    name: 'Delete rows',
    call: '`video` DELETE',
    page: 'a selection of rows → *Delete…*',
    cli: '`datasets delete-rows DATASET ROW…`',
    emulator: YES,
  },
  'reencode-rows': {
    name: 'Re-encode videos',
    call: '`reencodevideotask` PUT and GET',
    page: 'a selection of rows → *Re-encode…*',
    cli: '`datasets reencode DATASET ROW…`',
    emulator: YES,
  },
  'recognise-text': {
    name: 'Text recognition of an image group',
    call: '`imagegroupocr` GET',
    page: 'an image group → *Recognise text*',
    cli: '`datasets text DATASET ROW`',
    emulator: YES,
  },
  'download-rows': {
    name: 'Download files',
    call: '`datarow` GET, the signed URL',
    page: 'a selection of rows → *Download…*',
    cli: '`datasets download DATASET --into FOLDER`',
    emulator: YES,
  },
  'attach-items': {
    name: 'Attach files that Encord has',
    call: '`datasetlinkitems` POST',
    page: 'a dataset → *Add data* → *Attach existing files…*',
    cli: '`datasets attach DATASET --item UUID`',
    emulator: YES,
  },
  // Uploads
  'upload-dataset-calls': {
    name: 'Upload through the dataset’s newer calls',
    call: '`GET presigned-urls`, `datasetdatalongpolling` POST',
    page: OTHER_WAY,
    cli: OTHER_WAY,
    emulator: YES,
  },
  'upload-folder-calls': {
    name: 'Upload through the storage folder',
    call: '`upload-signed-urls`, `data-upload-jobs`, `datasetlinkitems`',
    page: '*Upload here*, then a drop',
    cli: '`upload PATH… --dataset DATASET`',
    emulator: YES,
  },
  'upload-documented': {
    name: 'Upload through the documented calls',
    call: '`signedvideourl`, `signedimagesurl`, `video` PUT, …',
    page: '*Settings* → *Route*, then a drop',
    cli: '`upload PATH… --route documented`',
    emulator: YES,
  },
  // Cloud data
  'list-integrations': {
    name: 'List cloud integrations',
    call: '`GET cloud-integrations`, `cloudintegration` GET',
    page: '*Register cloud data…* → *Integration*',
    cli: '`cloud integrations`',
    emulator: YES,
  },
  'register-cloud': {
    name: 'Register cloud data in a dataset',
    call: '`datasetdatalongpolling` POST and GET',
    page: 'a dataset → *Add data* → *Register cloud data…*',
    cli: '`cloud register FILE --dataset DATASET --integration ID`',
    emulator: YES,
  },
  'register-cloud-folder': {
    name: 'Register cloud data in a storage folder',
    call: '`POST …/data-upload-jobs`',
    page: 'a folder → *Register cloud data…*',
    cli: '`cloud register FILE --into FOLDER --integration ID`',
    emulator: YES,
  },
  'register-cloud-at-once': {
    name: 'Register cloud data in one long call',
    call: '`datasetdata` POST',
    page: COVERED,
    cli: COVERED,
    emulator: YES,
  },
  'cancel-job': {
    name: 'Cancel a registration into a folder',
    call: '`POST …/data-upload-jobs/{job}/cancel`',
    page: '*Activity* → a job → *Cancel*',
    cli: '`cloud cancel JOB`',
    emulator: YES,
  },
  deidentify: {
    name: 'De-identify DICOM files in a bucket',
    call: '`POST dicom-deidentification`, and GET',
    page: 'a dataset → *Add data* → *De-identify DICOM…*',
    cli: '`cloud deidentify URL…`',
    emulator: YES,
  },
  // People, projects, keys
  'add-users': {
    name: 'Invite collaborators',
    call: '`datasetusers` POST',
    page: 'a dataset → *Settings* → *Invite*',
    cli: '`team add DATASET EMAIL…`',
    emulator: YES,
  },
  'list-users': {
    name: 'List, remove or change collaborators',
    call: 'none',
    page: IN_WEB_APP,
    cli: NOT_IN_API,
    emulator: NOT_IN_API,
  },
  'list-groups': {
    name: 'Groups of the organisation',
    call: '`GET user/current-organisation/groups`',
    page: 'a dataset → *Settings* → *Add a group*',
    cli: '`groups list`',
    emulator: YES,
  },
  'dataset-groups': {
    name: 'Groups of a dataset: list, add, remove',
    call: '`GET`, `POST`, `DELETE datasets/{dataset}/groups`',
    page: 'a dataset → *Settings* → *Groups*',
    cli: '`groups list --dataset D`, `groups add`, `groups remove`',
    emulator: YES,
  },
  'list-projects': {
    name: 'Projects, and which use a dataset',
    call: '`GET projects`, `GET projects/{project}/datasets`',
    page: 'a dataset → *Settings* → *Projects*',
    cli: '`projects list`, `projects of DATASET`',
    emulator: YES,
  },
  'attach-project': {
    name: 'Attach a dataset to a project, detach it',
    call: '`projectdataset` POST and DELETE',
    page: '*Projects* → *Attach to project…*, *Detach*',
    cli: '`projects attach DATASET PROJECT`, `projects detach`',
    emulator: YES,
  },
  'list-keys': {
    name: 'API keys of a dataset',
    call: '`datasetapikey` GET',
    page: 'a dataset → *Settings* → *API access*',
    cli: '`keys list DATASET`',
    emulator: YES,
  },
  'create-key': {
    name: 'Create an API key',
    call: '`datasetapikey` POST',
    page: '*API access* → *Create key*',
    cli: '`keys create DATASET --title T`',
    emulator: YES,
  },
  'master-key': {
    name: 'Get or make the master key',
    call: '`datasetapikey` PUT',
    page: no('A key with a title and scopes of its own does the same'),
    cli: no('A key with a title and scopes of its own does the same'),
    emulator: YES,
  },
  // Storage folders
  'list-folders': {
    name: 'Browse and search storage folders',
    call: '`GET storage/folders`, `…/folders`, `storage/search/folders`',
    page: '*Datasets* → *Storage folders*',
    cli: '`folders list`',
    emulator: YES,
  },
  'read-folder': {
    name: 'A folder and what it holds',
    call: '`GET storage/folders/{f}`, `…/summary`',
    page: '*Storage folders* → a folder',
    cli: '`folders show FOLDER`',
    emulator: YES,
  },
  'create-folder': {
    name: 'Create a folder',
    call: '`POST storage/folders`',
    page: 'a folder → *New folder*',
    cli: '`folders create NAME`',
    emulator: YES,
  },
  'change-folder': {
    name: 'Rename a folder, describe it, set its metadata',
    call: '`PATCH storage/folders/{f}`',
    page: 'a folder → *Edit…*',
    cli: '`folders rename FOLDER NAME`, `folders edit FOLDER`',
    emulator: YES,
  },
  'change-folders': {
    name: 'Change many folders in one call',
    call: '`PATCH storage/folders/patch-bulk`',
    page: COVERED,
    cli: COVERED,
    emulator: YES,
  },
  'move-folder': {
    name: 'Move folders',
    call: '`POST storage/folders/move`',
    page: 'a folder → *Move…*',
    cli: '`folders move FOLDER --to FOLDER`',
    emulator: YES,
  },
  'delete-folder': {
    name: 'Delete a folder',
    call: '`DELETE storage/folders/{f}`',
    page: 'a folder → *Delete…*',
    cli: '`folders delete FOLDER`',
    emulator: YES,
  },
  'folder-groups': {
    name: 'Groups of a folder',
    call: '`GET`, `POST`, `DELETE storage/folders/{f}/groups`',
    page: 'a folder → *Groups…*',
    cli: '`folders groups FOLDER`, `groups add G --folder F`',
    emulator: YES,
  },
  'sync-folder': {
    name: 'Cloud-synced folders',
    call: '`POST storage/folders`, `…/cloud-synced-folder-syncs`',
    page: no('They mirror a bucket by themselves, and are set up in the web app'),
    cli: no('They mirror a bucket by themselves, and are set up in the web app'),
    emulator: YES,
  },
  // Storage items
  'list-items': {
    name: 'List and search items',
    call: '`GET …/items`, `storage/search/items`',
    page: 'a folder → *Search in here*',
    cli: '`items list FOLDER`',
    emulator: YES,
  },
  'read-item': {
    name: 'An item, its frames and where it is used',
    call: '`GET storage/items/{i}`, `…/child-items`, `…/summary`',
    page: 'a folder → an item',
    cli: '`items show ITEM`',
    emulator: YES,
  },
  'read-items': {
    name: 'Many items in one call',
    call: '`POST storage/items/get-bulk`',
    page: COVERED,
    cli: '`items metadata ITEM…`',
    emulator: YES,
  },
  'change-item': {
    name: 'Rename items and change their metadata',
    call: '`PATCH …/items/{i}`, `PATCH storage/items/patch-bulk`',
    page: 'an item → *Rename*; a selection of items → *Metadata…*',
    cli: '`items rename ITEM NAME`, `items metadata ITEM…`',
    emulator: YES,
  },
  'move-items': {
    name: 'Move items',
    call: '`POST …/items/move`',
    page: 'a selection of items → *Move…*',
    cli: '`items move ITEM… --to FOLDER`',
    emulator: YES,
  },
  'delete-items': {
    name: 'Delete items',
    call: '`POST …/items/delete`',
    page: 'a selection of items → *Delete…*',
    cli: '`items delete ITEM…`',
    emulator: YES,
  },
  'reencode-items': {
    name: 'Re-encode items',
    call: '`POST storage/items/reencode`, and GET',
    page: 'a selection of items → *Re-encode…*',
    cli: '`items reencode ITEM…`',
    emulator: YES,
  },
  'data-group': {
    name: 'Make a data group of items',
    call: '`POST …/create-group-items`',
    page: BY_COMMAND,
    cli: '`items group ITEM… --into FOLDER`',
    emulator: YES,
  },
  'migrate-items': {
    name: 'Re-point items to another bucket',
    call: '`POST storage/items/migrate-storage`',
    page: BY_COMMAND,
    cli: '`items migrate --csv FILE`',
    emulator: YES,
  },
  'metadata-schema': {
    name: 'Metadata schema of the organisation',
    call: '`GET`, `POST organisation/client-metadata-schema-v2`',
    page: BY_COMMAND,
    cli: '`schema show`, `schema set FILE`',
    emulator: YES,
  },
} as const satisfies Readonly<Record<string, Operation>>;

export type OperationId = keyof typeof OPERATIONS;
export type Where = 'page' | 'cli' | 'emulator';

/** Operations that are there; the others have a reason instead. */
export type DoneId<W extends Where> = {
  [Id in OperationId]: (typeof OPERATIONS)[Id][W] extends No ? never : Id;
}[OperationId];

export const OPERATION_IDS = Object.keys(OPERATIONS) as readonly OperationId[];

/** The table as README has it, with a note for each reason. */
export function operationsTable(): string {
  const reasons: string[] = [];
  const cell = (value: Cell): string => {
    if (typeof value === 'string') return value;
    if (!reasons.includes(value.no)) reasons.push(value.no);
    return `no (${reasons.indexOf(value.no) + 1})`;
  };
  const lines = OPERATION_IDS.map((id) => {
    const { name, call, page, cli, emulator }: Operation = OPERATIONS[id];
    return `| ${name} | ${call} | ${cell(page)} | ${cell(cli)} | ${cell(emulator)} |`;
  });
  return [
    '| operation | Encord’s call | page | command line | emulator |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
    ...reasons.map((reason, index) => `${index + 1}. ${reason}.`),
  ].join('\n');
}
