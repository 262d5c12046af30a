/**
 * Cloud data as the pretended main answers: files are read and checked by the program's own readers, so that the pages
 * see true counts, lines and mappings. Used by `fake-handlers.ts`.
 */
import { csvText } from '../../main/adapters/csv-text.ts';
import { jsonText } from '../../main/adapters/json-text.ts';
import {
  type ReadCheck,
  readJsonCheck,
  readTableCheck,
  type TableMapping,
} from '../../main/app/manage/cloud-check.ts';
import { recogniseColumns } from '../../main/core/manage/cloud/mapping.ts';
import { utf8Bytes } from '../../main/core/manage/cloud/values.ts';
import type { JobTask } from '../../main/core/manage/jobs.ts';
import type { CsvReading } from '../../main/core/manage/text-ports.ts';
import type { CallInput } from '../../preload/contract/calls.ts';
import type { CloudMapping } from '../../preload/contract/manage.ts';
import type { CallName } from '../../preload/contract/names.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import { counts, jobsOf, working } from './fake-jobs.ts';
import type { FakeMain } from './fake-main.ts';
import { Refusal } from './fake-refusal.ts';
import { newFolder, storageOf } from './fake-storage-scene.ts';

/** What a file of this machine holds, whatever it is called. */
const ON_DISK = JSON.stringify({
  videos: [{ objectUrl: 'https://lab.s3.eu-west-2.amazonaws.com/v/dawn.mp4', title: 'dawn.mp4' }],
  skip_duplicate_urls: true,
});

export function cloudHandlers(main: FakeMain): Pick<FakeHandlers, Extract<CallName, `cloud.${string}`>> {
  const checks = new Map<string, ReadCheck>();
  const kept = new Map<string, CloudMapping>();
  const job = (task: JobTask, units: number, datasetTitle: string | null = null) => ({
    jobId: jobsOf(main).add({ task, units, datasetTitle, state: working(counts(0, units)) }),
  });
  const checkOf = (checkId: string): ReadCheck => {
    const check = checks.get(checkId);
    if (!check)
      throw new Refusal('not-found', 'This file is no longer in memory. Choose it again to have it checked.');
    return check;
  };
  const keep = (check: ReadCheck, checkId = `check-${checks.size + 1}`) => {
    checks.set(checkId, check);
    return { checkId, ...check.view };
  };
  const mappingFor = (table: CsvReading, chosen: CloudMapping | null): TableMapping => {
    if (chosen) return { mapping: chosen, from: 'chosen' };
    const before = kept.get(table.headings.join());
    if (before) return { mapping: before, from: 'kept' };
    const mapping = recogniseColumns(
      table.headings,
      table.rows.map(({ cells }) => cells),
    );
    return { mapping, from: mapping ? 'headings' : 'none' };
  };
  const integrations = () =>
    main.options.scene === 'empty'
      ? []
      : [
          { id: 'i-lab', title: 'Lab bucket (eu-west-2)' },
          { id: 'i-archive', title: 'Pathology archive' },
        ];

  return {
    'cloud.integrations': () => integrations(),
    'cloud.check': ({ source, mapping }) => {
      const { name, text } = textOf(main, source);
      if (/^\s*[{[]/.test(text) || name.endsWith('.json'))
        return keep(readJsonCheck({ name, text }, jsonText));
      const table = csvText.parse(text);
      return keep(readTableCheck({ name, bytes: utf8Bytes(text) }, table, mappingFor(table, mapping)));
    },
    'cloud.setMapping': ({ checkId, mapping }) => {
      const { table, view } = checkOf(checkId);
      if (!table) throw new Refusal('invalid-input', 'Only CSV files have columns to choose.');
      return keep(readTableCheck(view, table, mappingFor(table, mapping)), checkId);
    },
    'cloud.keepMapping': ({ checkId }) => {
      const { csv } = checkOf(checkId).view;
      if (!csv?.mapping) throw new Refusal('invalid-input', 'There is no mapping to keep.');
      kept.set(csv.headings.join(), csv.mapping);
      return null;
    },
    'cloud.problems': ({ checkId, offset, limit }) => {
      const { problems } = checkOf(checkId);
      return { total: problems.length, rows: problems.slice(offset, offset + limit) };
    },
    'cloud.entries': ({ checkId, offset, limit }) => {
      const check = checkOf(checkId);
      return { total: check.view.entries, rows: check.entries(offset, limit) };
    },
    'cloud.saveJson': ({ checkId }) => {
      const { view, file } = checkOf(checkId);
      return main.save(`${view.name.replace(/\.[^.]*$/, '')}.json`, JSON.stringify(file));
    },
    'cloud.start': ({ checkId, folder, integrationId, datasetId, ignoreErrors }) => {
      const { view, file } = checkOf(checkId);
      if (view.errors > 0)
        throw new Refusal(
          'invalid-input',
          'The file has errors. Correct it and check it again: nothing was sent.',
        );
      if (!integrations().some(({ id }) => id === integrationId))
        throw new Refusal('not-found', 'This integration is not there any more. Choose another one.');
      if (folder?.kind === 'new') {
        const storage = storageOf(main);
        storage.addFolder(newFolder(folder.name, '', folder.parentId, storage.folders.size));
      }
      return job(
        {
          kind: 'cloud-register',
          datasetId,
          folderId: folder?.kind === 'existing' ? folder.folderId : null,
          integrationId,
          file: JSON.stringify(file),
          fileName: view.name,
          ignoreErrors,
        },
        view.entries,
        main.state.datasets.find(({ id }) => id === datasetId)?.title ?? null,
      );
    },
    'cloud.deidentify': ({ urls, ...request }) =>
      job({ kind: 'deidentify', ...request, dicomUrls: urls }, urls.length),
  };
}

function textOf(main: FakeMain, source: CallInput<'cloud.check'>['source']): { name: string; text: string } {
  if (source.kind === 'text') return source;
  if (source.kind === 'path') return { name: source.path.split('/').at(-1) ?? source.path, text: ON_DISK };
  const sent = main.received.at(-1);
  if (!sent) throw new Refusal('invalid-input', 'Nothing has arrived of this file. Choose it again.');
  return { name: sent.path, text: main.receivedText };
}
