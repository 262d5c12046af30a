/**
 * `jobs`: long work of every kind, as it is and as it was. Registered by `manage.ts`; a part of it is used by `cloud`.
 */

import { type Command, Option } from 'commander';
import type { JobView } from '../../preload/contract/manage.ts';
import { UploaderError } from '../core/errors.ts';
import { isFollowed, type JobId } from '../core/manage/jobs.ts';
import { EXIT } from './exit.ts';
import { deliverSaved } from './manage-cloud-file.ts';
import { type Following, follow, leavable, parseJob, resultLine, resultsOf } from './manage-follow.ts';
import { ALL, type ManageHost } from './manage-host.ts';
import { printList, timeText } from './manage-print.ts';
import { print } from './output.ts';
import { countText } from './words.ts';

interface Json {
  readonly json?: boolean;
}

interface ListOptions extends Json {
  readonly open?: boolean;
  readonly ended?: boolean;
  readonly dataset?: string;
  readonly account?: string;
}

const HELP = `
Jobs are kept by the data folder and go on after a restart. What Encord does (re-encoding, cloud data, de-identification)
goes on there; what this program does (deleting, metadata, attaching, downloading) needs a program that runs: \`jobs wait\`,
\`serve\`, \`watch run\` or the app.`;

export function addJobCommands(cli: Command, host: ManageHost): void {
  const jobs = cli
    .command('jobs')
    .description('Long work: look at it, wait for it.')
    .addHelpText('after', HELP);
  const run = (options: Json, command: (at: Following) => Promise<number>): Promise<void> =>
    host.run((terminal, program) => command({ program, terminal, signal: host.signal }), options);
  const json = (command: Command): Command => command.option('--json', 'print JSON, one object a line');
  const ofOne = (name: string, description: string): Command =>
    json(jobs.command(name).description(description).argument('<job>', 'its number', parseJob));

  json(
    jobs
      .command('list')
      .description('All jobs, newest first.')
      .addOption(new Option('--open', 'only those that have not ended').conflicts('ended'))
      .option('--ended', 'only those that have ended')
      .option('--dataset <uuid|title>', 'only those of this dataset')
      .option('--account <account>', 'the account that knows the dataset'),
  ).action((options: ListOptions) =>
    run(options, async (at) => {
      const { dataset } = options;
      const account = dataset === undefined ? null : host.account(at.program, options.account);
      const found =
        account === null || dataset === undefined
          ? null
          : await at.program.datasets.find(account.id, dataset);
      const which = options.open ? 'open' : options.ended ? 'ended' : 'all';
      return listJobs(at, { which, datasetId: found?.id ?? null }, null);
    }),
  );

  ofOne('show', 'What became of a job, and of each unit that there is something to say of.').action(
    (jobId: JobId, options: Json) => run(options, (at) => showJob(at, jobId)),
  );

  json(
    jobs
      .command('wait')
      .description('Go on with all jobs that have not ended, and wait for them, or for those that are named.')
      .argument(
        '[job...]',
        'their numbers',
        (text: string, before: readonly JobId[]) => [...before, parseJob(text)],
        [],
      ),
  ).action((named: readonly JobId[], options: Json) =>
    run(options, (at) => {
      at.program.jobs.begin();
      const jobIds = named.length > 0 ? named : openJobs(at);
      if (jobIds.length === 0) at.terminal.line('No job is open.');
      return follow(at, jobIds);
    }),
  );

  ofOne('cancel', 'Cancel a job; what is done stays.').action((jobId: JobId, options: Json) =>
    run(options, (at) => cancelJob(at, jobId)),
  );

  leavable(ofOne('retry', 'Do again what failed of a job, as a new one, and wait for it.')).action(
    (jobId: JobId, options: Json & { readonly wait: boolean }) =>
      run(options, (at) => retryJob(at, jobId, options.wait)),
  );

  jobs
    .command('save-failed')
    .description(
      'The entries of a registration of cloud data that failed, as a file to put right and register.',
    )
    .argument('<job>', 'its number', parseJob)
    .option('--output <file>', 'write into a file instead of to standard output')
    .action((jobId: JobId, options: { readonly output?: string }) =>
      run({}, async ({ program, terminal, signal }) => {
        await deliverSaved(program, await program.jobs.saveFailed(jobId), options.output ?? null, signal);
        if (options.output !== undefined) terminal.note(`The failed entries are in ${options.output}.`);
        return EXIT.ok;
      }),
    );

  json(
    jobs
      .command('clear')
      .description('Take jobs that have ended off the list: one, or all.')
      .argument('[job]', 'its number', parseJob),
  ).action((jobId: JobId | undefined, options: Json) =>
    run(options, async ({ program, terminal }) => {
      if (jobId !== undefined && program.jobs.get(jobId).endedAt === null) throw notEnded();
      const cleared = program.jobs.clear(jobId ?? null);
      terminal.line(`${countText(cleared, 'job is', 'jobs are')} off the list.`);
      terminal.object({ cleared });
      return EXIT.ok;
    }),
  );
}

/** @param kinds null for all of them */
export async function listJobs(
  at: Following,
  query: { readonly which: 'all' | 'open' | 'ended'; readonly datasetId: string | null },
  kinds: readonly JobView['kind'][] | null,
): Promise<number> {
  const { rows } = at.program.jobs.list({ ...query, offset: 0, limit: ALL });
  await printList(
    at,
    rows.filter(({ kind }) => kinds === null || kinds.includes(kind)),
    {
      object: (job) => ({ job }),
      cells: ({ jobId, state, addedAt, title, datasetTitle, sentence }) => [
        String(jobId),
        state,
        timeText(addedAt),
        `${title}${datasetTitle === null ? '' : ` (${datasetTitle})`}: ${sentence}`,
      ],
      empty: 'There is no job.',
    },
  );
  return EXIT.ok;
}

/** Waits until it has ended: 0 where it was cancelled, or had ended before. */
export async function cancelJob(at: Following, jobId: JobId): Promise<number> {
  const { program, terminal } = at;
  if (program.jobs.get(jobId).endedAt !== null) {
    terminal.note('It has ended already: there is nothing to cancel.');
    terminal.object({ job: program.jobs.get(jobId) });
    return EXIT.ok;
  }
  program.jobs.cancel(jobId);
  const exit = await follow(at, [jobId]);
  return program.jobs.get(jobId).state === 'cancelled' ? EXIT.ok : exit;
}

async function showJob(at: Following, jobId: JobId): Promise<number> {
  const { program, terminal, signal } = at;
  const view = program.jobs.get(jobId);
  if (terminal.json) await print(linesOf(at, jobId), signal);
  terminal.object({ job: view });
  terminal.line(`${view.title}${view.datasetTitle === null ? '' : ` (${view.datasetTitle})`}`);
  terminal.line(`${view.state}, of ${view.accountName}, begun ${timeText(view.addedAt)}`);
  terminal.line(view.sentence);
  if (view.folder !== null) terminal.line(`Files are in ${view.folder}.`);
  for (const result of resultsOf(program, jobId, 'all')) terminal.line(resultLine(result));
  return EXIT.ok;
}

async function retryJob(at: Following, jobId: JobId, wait: boolean): Promise<number> {
  const { jobs } = at.program;
  if (!wait && !isFollowed(jobs.get(jobId).kind)) {
    throw new UploaderError(
      'invalid-input',
      'This work is done by the program itself, so it has to be waited for: leave --no-wait out.',
    );
  }
  return follow(at, [jobs.retry(jobId)], wait);
}

function openJobs({ program }: Following): readonly JobId[] {
  const { rows } = program.jobs.list({ which: 'open', datasetId: null, offset: 0, limit: ALL });
  return rows.map(({ jobId }) => jobId);
}

function* linesOf({ program }: Following, jobId: JobId): Generator<string> {
  for (const result of resultsOf(program, jobId, 'all')) yield `${JSON.stringify({ result })}\n`;
}

function notEnded(): UploaderError {
  return new UploaderError('invalid-input', 'This job has not ended yet. Wait for it, or cancel it first.');
}
