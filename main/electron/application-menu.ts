/** Sets the application menu and does what its items say. Called by `program.ts`. */

import { clipboard, Menu, shell } from 'electron';
import { z } from 'zod';
import type { CallName } from '../../preload/contract/names.ts';
import type { Desk } from './desk.ts';
import { type MenuActions, type MenuState, menuTemplate } from './menu.ts';
import { openInBrowser } from './security.ts';

const DOCUMENTATION = 'https://docs.encord.com/';

/** Follows what the menu shows; the result stops it. */
export function startMenu(desk: Desk): () => void {
  let shown = '';
  const set = () => {
    const state = stateOf(desk);
    const text = JSON.stringify(state);
    // A menu that is open would close.
    if (text === shown) return;
    shown = text;
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform, state, actionsOf(desk))));
  };
  const stops = [desk.glance.follow(set), desk.quitWhenDone.follow(set)];
  set();
  return () => {
    for (const stop of stops) stop();
  };
}

function stateOf(desk: Desk): MenuState {
  const glance = desk.glance.get();
  return {
    paused: glance?.paused ?? false,
    quitWhenDone: desk.quitWhenDone.get() ?? false,
    unfinished: (glance?.unfinished ?? 0) > 0,
  };
}

function actionsOf(desk: Desk): MenuActions {
  // What cannot be done while the database is damaged, the page says already.
  const call = (name: CallName, input: unknown) => desk.program.handle(name, input);
  return {
    open: (place) => desk.open(place),
    setPaused: (paused) => void call(paused ? 'queue.pause' : 'queue.resume', { scope: { kind: 'all' } }),
    setQuitWhenDone: (on) => desk.quitWhenDone.set(on),
    openFolder: (folder) => void call('app.openFolder', { folder }),
    copyDiagnostics: () => void copyDiagnostics(desk),
    checkForUpdates: () => {
      void call('updates.check', null);
      desk.open({ kind: 'settings', section: 'updates' });
    },
    openDocumentation: () => openInBrowser(DOCUMENTATION, shell),
    quit: () => desk.quit(),
  };
}

async function copyDiagnostics(desk: Desk): Promise<void> {
  const answer = await desk.program.handle('app.diagnostics', null);
  const read = z.object({ text: z.string() }).safeParse(answer.ok ? answer.value : null);
  if (read.success) await clipboard.writeText(read.data.text);
}
