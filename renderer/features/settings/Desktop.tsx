/** How the program lives on this machine: starting, closing, keeping awake. Only where there is a desktop. */
import type { ReactElement } from 'react';
import type { DesktopSettings } from '../../../preload/contract/desktop.ts';
import type { SnapshotView } from '../../../preload/contract/views.ts';
import { Switch } from '../../ui/Controls.tsx';
import { changeSettings, Section, Setting } from './SettingsPage.tsx';

/** What each system calls the place of small icons. */
const TRAY: Record<SnapshotView['platform'], string> = {
  darwin: 'menu bar',
  win32: 'notification area',
  linux: 'tray',
  other: 'tray',
};

export function Desktop({
  settings,
  platform,
}: {
  settings: DesktopSettings;
  platform: SnapshotView['platform'];
}): ReactElement {
  const change = (part: Partial<DesktopSettings>) =>
    void changeSettings(({ desktop }) => ({ desktop: { ...desktop, ...part } }));
  return (
    <Section title="Desktop">
      <Setting
        label="Start when you sign in to this machine"
        hint={`Without a window: it stands in the ${TRAY[platform]}, watches your folders and goes on with what is unfinished.`}
      >
        <Switch
          label="Start when you sign in to this machine"
          checked={settings.startAtLogin}
          onChange={(startAtLogin) => change({ startAtLogin })}
        />
      </Setting>
      {/* On macOS no program ends with its window. */}
      {platform !== 'darwin' && (
        <Setting
          label="Go on when the window is closed"
          hint={
            settings.closeToTray
              ? `Closing the window leaves it at work in the ${TRAY[platform]}. Quit from there.`
              : 'Closing the window quits. What is unfinished goes on at the next start.'
          }
        >
          <Switch
            label="Go on when the window is closed"
            checked={settings.closeToTray}
            onChange={(closeToTray) => change({ closeToTray })}
          />
        </Setting>
      )}
      <Setting
        label="Keep the machine awake while files are on their way"
        hint="The screen may go dark all the same."
      >
        <Switch
          label="Keep the machine awake while files are on their way"
          checked={settings.keepAwake}
          onChange={(keepAwake) => change({ keepAwake })}
        />
      </Setting>
    </Section>
  );
}
