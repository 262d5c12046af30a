/** The calls around the desktop: places, glance, diagnostics, updates, network, key pairs; part of `CALLS`. */

import { z } from 'zod';
import {
  connectionCheckView,
  glanceView,
  madeKeyView,
  networkView,
  placeView,
  updateView,
} from './desktop.ts';
import { accountView } from './views.ts';

const nothing = z.null();
const id = z.string().min(1).max(200);

export const DESKTOP_CALLS = {
  'app.glance': { input: nothing, output: glanceView },
  /** Has the pages open something; kept until a page takes it. */
  'app.goTo': { input: z.object({ place: placeView }), output: nothing },
  /** What was asked for since the last time, in order; a page asks when it is up and at every `go` event. */
  'app.takePlaces': { input: nothing, output: z.array(placeView) },
  /** The page's browser says that the network is back: what waits for it tries at once. */
  'app.networkBack': { input: nothing, output: nothing },
  /** What a maintainer needs to know, as text, without a secret, a file name or a dataset's title in it. */
  'app.diagnostics': { input: nothing, output: z.object({ text: z.string() }) },

  /** Makes an Ed25519 key pair; the private half goes to the keychain, or is kept for this run only. */
  'accounts.makeKey': {
    input: z.object({ comment: z.string().max(200), forThisRunOnly: z.boolean() }),
    output: madeKeyView,
  },
  /** The pairs that were made and no account uses yet. */
  'accounts.madeKeys': { input: nothing, output: z.array(madeKeyView) },
  /** Removes a pair that no account uses, from the keychain too. */
  'accounts.dropKey': { input: z.object({ keyId: id }), output: nothing },
  /** For an account whose key is kept with its passphrase on: opens it for this run, or for good. */
  'accounts.unlock': {
    input: z.object({ accountId: id, passphrase: z.string().max(10_000), remember: z.boolean() }),
    output: accountView,
  },

  'network.view': { input: nothing, output: networkView },
  /** Begins a check, in place of one that runs; `network.view` shows how far it is, topic `network` says when to look. */
  'network.check': { input: z.object({ accountId: id.nullable() }), output: connectionCheckView },
  /** The login for the proxy; a null password removes it. */
  'network.setProxyLogin': {
    input: z.object({
      user: z.string().max(1_000),
      password: z.string().max(10_000).nullable(),
      forThisRunOnly: z.boolean(),
    }),
    output: networkView,
  },

  'updates.view': { input: nothing, output: updateView },
  'updates.check': { input: nothing, output: updateView },
  /** Downloads an available update, or quits and installs one that is ready; refused while bytes move. */
  'updates.install': { input: nothing, output: updateView },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType }>;
