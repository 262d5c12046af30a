/** The calls on data that stays in its owner's cloud. Part of the handler map. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type CloudCallName = Extract<CallName, `cloud.${string}`>;

export function createCloudHandlers(program: Program): Pick<Handlers, CloudCallName> {
  const { accounts, cloud } = program;
  return {
    'cloud.integrations': ({ datasetId }) => cloud.integrations(accounts.active().id, datasetId),
    'cloud.check': (input) => cloud.check(input),
    'cloud.setMapping': ({ checkId, mapping }) => cloud.setMapping(checkId, mapping),
    'cloud.keepMapping': ({ checkId }) => {
      cloud.keepMapping(checkId);
      return null;
    },
    'cloud.problems': ({ checkId, offset, limit }) => cloud.problems(checkId, offset, limit),
    'cloud.entries': ({ checkId, offset, limit }) => cloud.entries(checkId, offset, limit),
    'cloud.saveJson': ({ checkId }) => cloud.saveJson(checkId),
    'cloud.start': async (input) => ({ jobId: await cloud.start(accounts.active().id, input) }),
    'cloud.deidentify': (input) => ({ jobId: cloud.deidentify(accounts.active().id, input) }),
  };
}
