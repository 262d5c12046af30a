/** The part of the handler map around the desktop. Used by `main/app/handlers.ts`. */

import type { DESKTOP_CALLS } from '../../../preload/contract/desktop-calls.ts';
import { UploaderError } from '../../core/errors.ts';
import type { Handlers } from '../handlers.ts';
import type { Program } from '../program.ts';

type DesktopCallName = keyof typeof DESKTOP_CALLS;

export function createDesktopHandlers(program: Program): Pick<Handlers, DesktopCallName> {
  const { accounts, deps, network, places } = program;
  return {
    'app.glance': () => program.glance.view(),
    'app.goTo': ({ place }) => {
      places.goTo(place);
      return null;
    },
    'app.takePlaces': () => places.take(),
    'app.networkBack': () => {
      program.networkBack();
      return null;
    },
    'app.diagnostics': async () => ({ text: await program.diagnostics() }),

    'accounts.makeKey': (input) => accounts.makeKey(input),
    'accounts.madeKeys': () => accounts.madeKeys(),
    'accounts.dropKey': async ({ keyId }) => {
      await accounts.dropKey(keyId);
      return null;
    },
    'accounts.unlock': async (input) => {
      const view = await accounts.unlock(input);
      program.engine.tryNow();
      return view;
    },

    'network.view': () => network.view(),
    'network.check': ({ accountId }) => network.check(accountId),
    'network.setProxyLogin': (input) => network.setProxyLogin(input),

    'updates.view': () =>
      deps.host.updates?.view() ?? {
        kind: 'off',
        reason: 'Only the installed desktop program updates itself.',
        managed: false,
      },
    'updates.check': () => updates().check(),
    'updates.install': async () => {
      if (program.glance.view().moving) {
        throw new UploaderError(
          'not-available',
          'Files are on their way. Let them finish, or pause the uploads, and install the update then.',
        );
      }
      return updates().install();
    },
  };

  function updates() {
    if (deps.host.updates) return deps.host.updates;
    throw new UploaderError('not-available', 'Only the installed desktop program updates itself.');
  }
}
