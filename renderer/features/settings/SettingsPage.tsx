/** Settings: how it looks, how it uploads, the accounts, where things are kept. Every change holds at once. */
import type { ReactElement, ReactNode } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import { refreshSnapshot, useApp } from '../../state/app.ts';
import { ask } from '../../state/bridge.ts';
import { Segmented } from '../../ui/Controls.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Accounts } from './Accounts.tsx';
import { DataFolder } from './DataFolder.tsx';
import { History } from './History.tsx';
import { SizeLimit } from './SizeLimit.tsx';
import { Speed } from './Speed.tsx';

export async function changeSettings(change: CallInput<'settings.set'>): Promise<boolean> {
  const settings = await ask('settings.set', change);
  if (settings) await refreshSnapshot();
  return settings !== null;
}

export function Section({
  title,
  lead,
  children,
}: {
  title: string;
  lead?: ReactNode;
  children: ReactNode;
}): ReactElement {
  return (
    <section className="settings-section" aria-label={title}>
      <div className="settings-title">
        <h2>{title}</h2>
        {lead ? <p className="muted">{lead}</p> : null}
      </div>
      <div className="settings-rows">{children}</div>
    </section>
  );
}

interface SettingProps {
  label: ReactNode;
  hint?: ReactNode;
  children?: ReactNode;
}

export function Setting({ label, hint, children }: SettingProps): ReactElement {
  return (
    <div className="setting">
      <div className="grow">
        <p className="setting-label">{label}</p>
        {hint ? <div className="setting-hint">{hint}</div> : null}
      </div>
      {children ? <div className="setting-control">{children}</div> : null}
    </div>
  );
}

export function SettingsPage(): ReactElement | null {
  const snapshot = useApp((state) => state.snapshot);
  if (!snapshot) return null;
  const { settings } = snapshot;
  return (
    <>
      <PageHead title="Settings" />
      <div className="settings" data-focus-home="" tabIndex={-1}>
        <div className="settings-inner">
          <Section title="Appearance">
            <Setting label="Theme">
              <Segmented
                label="Theme"
                size="s"
                value={settings.theme}
                onChange={(theme) => void changeSettings({ theme })}
                options={[
                  { value: 'system', label: 'System' },
                  { value: 'light', label: 'Light' },
                  { value: 'dark', label: 'Dark' },
                ]}
              />
            </Setting>
            <Setting label="Rows" hint="Compact shows more uploads at once.">
              <Segmented
                label="Rows"
                size="s"
                value={settings.density}
                onChange={(density) => void changeSettings({ density })}
                options={[
                  { value: 'comfortable', label: 'Comfortable' },
                  { value: 'compact', label: 'Compact' },
                ]}
              />
            </Setting>
          </Section>
          <Section title="Uploads">
            <SizeLimit key={settings.sizeLimitBytes} bytes={settings.sizeLimitBytes} />
            <History settings={settings} />
          </Section>
          <Speed />
          <Accounts />
          <DataFolder />
          <p className="settings-version faint small selectable">Encord Uploader {snapshot.version}</p>
        </div>
      </div>
    </>
  );
}
