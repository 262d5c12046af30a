/** How fast and how much at once: the bandwidth limit with its timetable, and the number of files sent at the same time. */
import type { ReactElement } from 'react';
import { useApp } from '../../state/app.ts';
import { BandwidthLimit } from './BandwidthLimit.tsx';
import { FilesAtOnce } from './FilesAtOnce.tsx';
import { Section } from './SettingsPage.tsx';

export function Speed(): ReactElement | null {
  const settings = useApp((state) => state.snapshot?.settings ?? null);
  if (!settings) return null;
  return (
    <Section title="Speed">
      <BandwidthLimit saved={settings.bandwidth.trim()} />
      <FilesAtOnce settings={settings} />
    </Section>
  );
}
