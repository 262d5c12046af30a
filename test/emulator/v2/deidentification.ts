/**
 * De-identification of DICOM files in a bucket, as a task (encord-api.md C.16). Nothing is redacted: the files are
 * copied within the bucket, under the names that Encord gives. Save conditions are checked for their shape only.
 */

import { z } from 'zod';
import { accessIntegration } from '../auth/principal.ts';
import { Refusal } from '../refusal.ts';
import { queryInt, uuid } from '../shape.ts';
import type { DeidentifyTask } from '../store/deidentification.ts';
import { bucketUrl } from '../units/bucketUrl.ts';
import type { World } from '../world.ts';
import { bodyOf, pathUuid, queryOf, type Route, type V2Call } from './route.ts';

const MAX_POLL_SECONDS = 60;

const startBody = z.strictObject({
  integrationUuid: uuid,
  dicomUrls: z.array(bucketUrl).min(1),
  redactDicomTags: z.boolean().default(true),
  redactPixelsMode: z.enum(['redactAllText', 'redactNoText', 'redactSensitiveText']).default('redactNoText'),
  saveConditions: z
    .array(
      z.discriminatedUnion('conditionType', [
        z.strictObject({
          conditionType: z.literal('notSubstr'),
          value: z.string(),
          dicomTag: z.string().min(1),
        }),
        z.strictObject({
          conditionType: z.literal('in'),
          value: z.array(z.string()),
          dicomTag: z.string().min(1),
        }),
      ]),
    )
    .nullish(),
  uploadDir: z.string().nullish(),
});

function start(call: V2Call): unknown {
  const { world, user } = call;
  const body = bodyOf(call, startBody);
  const integration = accessIntegration(world, user, body.integrationUuid);
  return world.deidentifyTasks.create({
    userHash: user.userHash,
    integration,
    urls: body.dicomUrls,
    uploadDir: body.uploadDir ?? null,
    endsAt: world.now() + world.settings.jobDelayMs,
  });
}

const pollQuery = z.object({ timeoutSeconds: queryInt.pipe(z.int().min(0)).default(MAX_POLL_SECONDS) });

async function poll(call: V2Call): Promise<unknown> {
  const { world } = call;
  const { timeoutSeconds } = queryOf(call, pollQuery);
  const { endsAt } = taskOf(call);
  const until = performance.now() + Math.min(timeoutSeconds, MAX_POLL_SECONDS) * 1000;
  while (world.now() < endsAt && performance.now() < until && !call.signal.aborted) {
    await wait(Math.min(endsAt - world.now(), until - performance.now()), call.signal);
  }
  const task = world.db.transaction(() => settled(world, taskOf(call)));
  return { status: task.status, urls: task.status === 'DONE' ? task.results : null };
}

/** @throws Refusal for a task that is not there (any more), or somebody else's */
function taskOf(call: V2Call): DeidentifyTask {
  const task = call.world.deidentifyTasks.get(pathUuid(call, 0));
  if (task?.userHash !== call.user.userHash) {
    throw new Refusal('RESOURCE_NOT_FOUND_ERROR', 'There is no such task.');
  }
  return task;
}

/** The task as it is now: it ends when somebody looks after its time is over. One file that is none fails it. */
function settled(world: World, task: DeidentifyTask): DeidentifyTask {
  if (task.status !== 'PENDING' || world.now() < task.endsAt) return task;
  const files = task.urls.map((url) => world.buckets.get(task.integration, url));
  const known = files.flatMap((file) =>
    file && (file.itemType ?? 'dicomFile') === 'dicomFile' ? [file] : [],
  );
  if (known.length < files.length) {
    world.deidentifyTasks.end(task.uuid, null);
    return { ...task, status: 'ERROR' };
  }
  const results = known.map((file) => {
    const url = resultUrl(file.url, task);
    world.buckets.copy(task.integration, file, url, world.now());
    return url;
  });
  world.deidentifyTasks.end(task.uuid, results);
  return { ...task, status: 'DONE', results };
}

/** In the folder of the original unless told otherwise, with a prefix that tells when. */
function resultUrl(url: string, task: DeidentifyTask): string {
  const slash = url.lastIndexOf('/');
  const name = `deid_${task.endsAt}_${url.slice(slash + 1)}`;
  if (task.uploadDir === null) return `${url.slice(0, slash + 1)}${name}`;
  return new URL(`/${task.uploadDir.replace(/^\/+|\/+$/g, '')}/${name}`, url).href;
}

function wait(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener('abort', end);
  });
}

export const deidentificationRoutes: readonly Route[] = [
  { method: 'POST', path: 'dicom-deidentification', run: start },
  { method: 'GET', path: 'dicom-deidentification/*', kind: 'poll', run: poll },
];
