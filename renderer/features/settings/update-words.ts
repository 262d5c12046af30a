/** What is known of updates, as one sentence and at most one button. Pure; drawn by `Updates`. */
import type { UpdateView } from '../../../preload/contract/desktop.ts';
import { when } from '../../ui/format.ts';

export interface UpdateWords {
  readonly title: string;
  readonly hint: string;
  readonly action: { readonly label: string; readonly call: 'updates.check' | 'updates.install' } | null;
  readonly tone: 'neutral' | 'warn' | 'accent';
}

const CHECK = { label: 'Check now', call: 'updates.check' } as const;

/** @param version the one that runs */
export function updateWords(view: UpdateView, version: string, now: number): UpdateWords {
  switch (view.kind) {
    case 'off':
      return { title: `Version ${version}`, hint: view.reason, action: null, tone: 'neutral' };
    case 'current':
      return {
        title: view.checkedAt === null ? `Version ${version}` : `Version ${version} is the newest`,
        hint:
          view.checkedAt === null
            ? 'Not looked for a newer one yet.'
            : `Last looked for a newer one: ${when(view.checkedAt, now)}.`,
        action: CHECK,
        tone: 'neutral',
      };
    case 'checking':
      return {
        title: `Version ${version}`,
        hint: 'Looking for a newer one.',
        action: CHECK,
        tone: 'neutral',
      };
    case 'available':
      return {
        title: `Version ${view.version} is available`,
        hint: `This is version ${version}. The new one can be downloaded when no files are on their way.`,
        action: { label: 'Download', call: 'updates.install' },
        tone: 'accent',
      };
    case 'downloading':
      return {
        title: `Version ${view.version} is being downloaded`,
        hint: `${Math.floor(view.fraction * 100)}% is here.`,
        action: null,
        tone: 'accent',
      };
    case 'ready':
      return {
        title: `Version ${view.version} is ready`,
        hint: 'It is installed when you quit, or now if nothing is on its way.',
        action: { label: 'Restart and install', call: 'updates.install' },
        tone: 'accent',
      };
    case 'failed':
      return {
        title: 'The update did not work',
        hint: `${view.sentence} Last tried: ${when(view.at, now)}.`,
        action: CHECK,
        tone: 'warn',
      };
  }
}
