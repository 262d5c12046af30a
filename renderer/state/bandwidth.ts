/** The bandwidth limit as pages say and switch it. Used by the status line, the Uploads page and Settings. */
import type { MenuEntry } from '../ui/Menu.tsx';
import { toast } from '../ui/Toasts.tsx';
import { refreshSnapshot, useApp } from './app.ts';
import { ask } from './bridge.ts';
import { goTo } from './ui.ts';

/** What a click sets, as the setting has it. */
const QUICK = [
  { text: '', label: 'No limit' },
  { text: '10M', label: '10 MiB/s' },
  { text: '2M', label: '2 MiB/s' },
  { text: '512k', label: '512 KiB/s' },
] as const;

/** Whether the setting is a timetable, whose limits change by themselves. */
export function isTimetable(setting: string): boolean {
  return setting.includes(',');
}

/** Sets a limit for all uploads; what was set before can be had back from the note. */
async function switchTo(text: string, label: string, before: string): Promise<void> {
  if (text === before || !(await ask('settings.set', { bandwidth: text }))) return;
  await refreshSnapshot();
  const what = isTimetable(before) ? `${label}: the timetable is off` : label;
  toast(text === '' ? what : `All uploads together: ${what}`, {
    action: {
      label: 'Undo',
      act: () => void ask('settings.set', { bandwidth: before }).then(refreshSnapshot),
    },
  });
}

/** A few limits, and the way to all others. */
export function useBandwidthEntries(): MenuEntry[] {
  const setting = useApp((state) => state.snapshot?.settings.bandwidth ?? '').trim();
  const now = setting.toLowerCase() === 'off' ? '' : setting;
  return [
    { kind: 'label', id: 'speed', label: 'Speed limit' },
    ...QUICK.map(
      ({ text, label }): MenuEntry => ({
        kind: 'item',
        id: `speed-${text}`,
        label,
        checked: text === now,
        act: () => void switchTo(text, label, setting),
      }),
    ),
    {
      kind: 'item',
      id: 'speed-settings',
      label: isTimetable(setting) ? 'Timetable…' : 'Others, and a timetable…',
      checked: isTimetable(setting),
      act: () => goTo('settings'),
    },
  ];
}
