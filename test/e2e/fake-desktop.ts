/** What the pretended main answers around the desktop. Used by `fake-handlers.ts`. */
import type { GlanceView, UpdateView } from '../../preload/contract/desktop.ts';
import type { DESKTOP_CALLS } from '../../preload/contract/desktop-calls.ts';
import type { FakeHandlers } from './fake-handlers.ts';
import { keysHandlers } from './fake-keys.ts';
import type { FakeMain } from './fake-main.ts';
import { networkHandlers } from './fake-network.ts';
import { Refusal } from './fake-refusal.ts';
import { totalsOf } from './fake-state.ts';

export const FAKE_DIAGNOSTICS =
  'Encord Uploader 0.1.0 on linux\nQueue: 3 batches, 71 uploads\nLast failures: none\n';

export function desktopHandlers(main: FakeMain): Pick<FakeHandlers, keyof typeof DESKTOP_CALLS> {
  const { state } = main;
  const update = (next: UpdateView): UpdateView => {
    state.update = next;
    main.changed('updates');
    return next;
  };
  return {
    'app.glance': () => glanceOf(main),
    'app.goTo': ({ place }) => {
      main.go(place);
      return null;
    },
    'app.takePlaces': () => state.places.splice(0),
    'app.networkBack': () => null,
    'app.diagnostics': () => ({ text: FAKE_DIAGNOSTICS }),
    ...keysHandlers(main),
    ...networkHandlers(main),
    'updates.view': () => state.update,
    'updates.check': () => update({ kind: 'current', checkedAt: Date.now() }),
    'updates.install': () => {
      if (state.update.kind === 'available')
        return update({ kind: 'downloading', version: state.update.version, fraction: 0 });
      if (state.update.kind !== 'ready') throw new Refusal('not-available', 'There is nothing to install.');
      if (totalsOf(state.batches).units.collecting > 0)
        throw new Refusal(
          'not-available',
          'Files are on their way. Let them finish, or pause the uploads, and install the update then.',
        );
      return state.update;
    },
  };
}

/** No more than the pages need, which show none of it. */
function glanceOf({ state }: FakeMain): GlanceView {
  const { units } = totalsOf(state.batches);
  const unfinished = units.collecting + units.ready + units.registering + units.processing + units.linking;
  return {
    state: unfinished > 0 ? 'uploading' : 'idle',
    line: unfinished > 0 ? `${unfinished} to go` : 'Nothing to do',
    fraction: null,
    moving: unfinished > 0,
    unfinished,
    paused: state.snapshot.paused,
    attention: units.failed + units.uncertain,
    batches: [],
    folders: [],
  };
}
