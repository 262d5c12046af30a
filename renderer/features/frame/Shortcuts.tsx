/** Keys that work on every page, and the list of all of them. */
import { type ReactElement, useEffect, useRef } from 'react';
import { useApp } from '../../state/app.ts';
import { addFiles, useReview } from '../../state/review.ts';
import { goTo, openDialog, PAGES, type PageName, useUi } from '../../state/ui.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { dialogFloats, inField } from '../../ui/floating.ts';
import { hasMod, Kbd } from '../../ui/Kbd.tsx';

const LETTERS: Record<string, PageName> = {
  u: 'uploads',
  d: 'datasets',
  w: 'watch',
  a: 'activity',
  s: 'settings',
};
/** How long after `g` a letter still belongs to it. */
const SEQUENCE_MS = 1_200;

export function useShortcuts(): void {
  useEffect(() => {
    let gAt = Number.NEGATIVE_INFINITY;
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing) return;
      const floating = dialogFloats() || useReview.getState().stage !== null;
      const electron = useApp.getState().snapshot?.host === 'electron';
      const take = (act: () => void) => {
        event.preventDefault();
        act();
      };
      if (hasMod(event) && !event.altKey) {
        const key = event.key.toLowerCase();
        const page = electron && /^[1-5]$/.test(key) ? PAGES[Number(key) - 1] : undefined;
        if (floating) return;
        if (page) take(() => goTo(page));
        else if (key === 'o') take(addFiles);
        else if (key === ',') take(() => goTo('settings'));
        else if (key === 'f') {
          const field = document.querySelector<HTMLInputElement>('[data-search]');
          if (field) take(() => field.select());
        }
        return;
      }
      if (inField(event.target) || floating || event.metaKey || event.ctrlKey || event.altKey) return;
      if (event.key === '?') take(() => openDialog('keys'));
      else if (event.key === 'g') gAt = performance.now();
      else {
        const page = LETTERS[event.key];
        if (page && performance.now() - gAt < SEQUENCE_MS) take(() => goTo(page));
        gAt = Number.NEGATIVE_INFINITY;
      }
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, []);
}

const GROUPS: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Anywhere',
    keys: [
      ['mod+o', 'Add files'],
      ['mod+f', 'Search'],
      ['g u', 'Uploads'],
      ['g d', 'Datasets'],
      ['g w', 'Watch folders'],
      ['g a', 'Activity'],
      ['g s', 'Settings'],
      ['?', 'This list'],
      ['esc', 'Close what is open'],
    ],
  },
  {
    title: 'In the list of uploads',
    keys: [
      ['up down', 'Move'],
      ['shift+up', 'Select further'],
      ['mod+a', 'Select all'],
      ['right', 'Open a batch or group'],
      ['left', 'Close it, or go to its parent'],
      ['enter', 'Open, or show the details'],
      ['space', 'Pause or resume'],
      ['r', 'Retry'],
      ['t', 'Move to top'],
      ['delete', 'Cancel'],
    ],
  },
  {
    title: 'In the rows of a dataset',
    keys: [
      ['up down', 'Move'],
      ['shift+down', 'Select further'],
      ['space', 'Select, or not'],
      ['mod+a', 'Select all that are found'],
      ['enter', 'Open a row’s panel'],
      ['F2', 'Rename'],
      ['delete', 'Delete, after a question'],
      ['esc', 'Select nothing, or go back'],
    ],
  },
  {
    title: 'In the storage folders',
    keys: [
      ['enter', 'Open a folder, or an item’s panel'],
      ['alt+up', 'Go to the folder above'],
      ['space', 'Select, or not'],
      ['shift+down', 'Select further'],
      ['mod+a', 'Select all items that are loaded'],
      ['F2', 'Rename an item, or edit a folder'],
      ['delete', 'Delete, after a question'],
    ],
  },
  {
    title: 'In the lists of a watch folder',
    keys: [
      ['up down', 'Move'],
      ['space', 'Select, or not'],
      ['shift+down', 'Select further'],
      ['mod+a', 'Select all'],
      ['u', 'Upload'],
      ['l', 'Leave'],
      ['k', 'Keep waiting'],
      ['esc', 'Select nothing, or go back'],
    ],
  },
  {
    title: 'In the list of jobs',
    keys: [
      ['up down', 'Move'],
      ['enter', 'Open'],
      ['delete', 'Clear a finished job'],
      ['esc', 'Close the job'],
    ],
  },
];

export function KeysDialog(): ReactElement {
  const open = useUi((state) => state.dialog === 'keys');
  const electron = useApp((state) => state.snapshot?.host === 'electron');
  const list = useRef<HTMLElement>(null);
  const pages: readonly (readonly [string, string])[] = [
    ['mod+1', 'Uploads'],
    ['mod+2', 'Datasets'],
    ['mod+3', 'Watch folders'],
    ['mod+4', 'Activity'],
    ['mod+5', 'Settings'],
  ];
  return (
    <Dialog
      open={open}
      onClose={() => openDialog(null)}
      title="Keys"
      size="l"
      initialFocus={() => list.current}
    >
      {/* It is longer than some windows are high: arrows scroll it. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or no key reaches its end. */}
      <section ref={list} className="keys" aria-label="All keys" tabIndex={0}>
        {GROUPS.map((group, at) => (
          <section key={group.title}>
            <h3>{group.title}</h3>
            <dl>
              {[...(electron && at === 0 ? pages : []), ...group.keys].map(([keys, label]) => (
                <div key={keys} className="keys-row">
                  <dt>{label}</dt>
                  <dd>
                    <Kbd keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </section>
    </Dialog>
  );
}
