/** The part of the handler map that is about watch folders. Used by `main/app/handlers.ts`. */

import type { CallName } from '../../../preload/contract/names.ts';
import type { Handlers } from '../handlers.ts';
import { withoutUndefined } from '../outcome.ts';
import type { Program } from '../program.ts';
import { showFolder } from '../show-folder.ts';
import { wholePath } from '../whole-path.ts';

type WatchCallName = Extract<CallName, `watch.${string}`>;

export function createWatchHandlers({ watch, deps }: Program): Pick<Handlers, WatchCallName> {
  return {
    'watch.list': () => [...watch.list()],
    'watch.add': ({ on, ...draft }) => {
      wholePath(draft.root, deps.platform);
      return watch.add(draft, on);
    },
    'watch.change': ({ watchId, ...change }) => watch.change(watchId, withoutUndefined(change)),
    'watch.remove': async ({ watchId }) => {
      await watch.remove(watchId);
      return null;
    },
    'watch.switch': ({ watchId, on }) => watch.switchTo(watchId, on),
    'watch.scan': async ({ watchId }) => {
      await watch.scan(watchId);
      return null;
    },
    'watch.waiting': ({ watchId, offset, limit }) => watch.waiting(watchId, offset, limit),
    'watch.files': ({ watchId, which, offset, limit }) => watch.files(watchId, which, offset, limit),
    'watch.decide': ({ watchId, keys, decision }) => {
      watch.decide(watchId, keys, decision);
      return null;
    },
    'watch.review': ({ watchId, paths, decision }) => watch.review(watchId, paths, decision),
    'watch.explain': async ({ path }) => ({ sentences: [...(await watch.explain(path))] }),
    'watch.actions': ({ watchId, offset, limit }) => watch.actions(watchId, offset, limit),
    'watch.undo': async ({ actionId }) => {
      await watch.undo(actionId);
      return null;
    },
    'watch.openFolder': async ({ watchId }) => {
      await showFolder(deps.host, watch.root(watchId));
      return null;
    },

    'watch.inspect': ({ root }) => watch.inspect(root),
    'watch.match': ({ limit, ...draft }) => watch.match(draft, limit),
    'watch.dryRun': (draft) => watch.dryRun(draft),
    'watch.dryRunView': ({ dryRunId }) => watch.dryRunView(dryRunId),
    'watch.dryRunUnits': ({ dryRunId, offset, limit }) => watch.dryRunUnits(dryRunId, offset, limit),
    'watch.dryRunLeft': ({ dryRunId, offset, limit }) => watch.dryRunLeft(dryRunId, offset, limit),
    'watch.dryRunEnd': ({ dryRunId }) => {
      watch.dryRunEnd(dryRunId);
      return null;
    },
  };
}
