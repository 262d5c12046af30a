/** Settings: how it looks, how it uploads, the accounts, this machine, where things are kept. Every change holds at once. */
import { type ReactElement, type ReactNode, useEffect, useRef } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import type { SettingsView, SnapshotView } from '../../../preload/contract/views.ts';
import { refreshSnapshot, useApp } from '../../state/app.ts';
import { call } from '../../state/bridge.ts';
import { useUi } from '../../state/ui.ts';
import { Segmented } from '../../ui/Controls.tsx';
import { toast } from '../../ui/Toasts.tsx';
import { PageHead } from '../frame/PageHead.tsx';
import { Accounts } from './Accounts.tsx';
import { DataFolder } from './DataFolder.tsx';
import { Desktop } from './Desktop.tsx';
import { Diagnostics } from './Diagnostics.tsx';
import { History } from './History.tsx';
import { Network } from './Network.tsx';
import { Notifications } from './Notifications.tsx';
import { type IndexEntry, SectionIndex, sectionId, showSection } from './SectionIndex.tsx';
import { SizeLimit } from './SizeLimit.tsx';
import { Speed } from './Speed.tsx';
import { Updates } from './Updates.tsx';

type Settings = CallInput<'settings.set'>;
type Change = Settings | ((now: SettingsView) => Settings);
let last: Promise<unknown> = Promise.resolve();

/**
 * One after another. A group of settings is replaced as a whole, so its change is made of what the change before it has
 * left, by a function.
 */
export async function changeSettings(change: Change): Promise<boolean> {
  const problem = await trySettings(change);
  if (problem !== null) toast(problem, { tone: 'fail' });
  return problem === null;
}

/** The same for a form that says itself what is wrong: null where it was taken, else the sentence. */
export function trySettings(change: Change): Promise<string | null> {
  const done = last.then(async () => {
    const now = useApp.getState().snapshot?.settings;
    if (!now) return 'The settings are not known yet.';
    const answer = await call('settings.set', typeof change === 'function' ? change(now) : change);
    if (!answer.ok) return answer.error.message;
    await refreshSnapshot();
    return null;
  });
  last = done.catch(() => undefined);
  return done;
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
    <section id={sectionId(title)} className="settings-section" aria-label={title} tabIndex={-1}>
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

/** The titles of the sections in their order, as far as this host has them. */
function sectionsOf({ capabilities }: SnapshotView): IndexEntry[] {
  return [
    { title: 'Appearance', icon: 'image' },
    { title: 'Uploads', icon: 'upload' },
    { title: 'Speed', icon: 'activity' },
    { title: 'Accounts', icon: 'user' },
    { title: 'Network', icon: 'server' },
    ...(capabilities.desktop
      ? ([
          { title: 'Desktop', icon: 'computer' },
          { title: 'Notifications', icon: 'info' },
        ] as const)
      : []),
    ...(capabilities.updates ? ([{ title: 'Updates', icon: 'download' }] as const) : []),
    { title: 'Data folder', icon: 'folder' },
    { title: 'Diagnostics', icon: 'file' },
  ];
}

/** The last arrival that was heeded: coming back to this page by hand is not being led there again. */
let heeded = 0;

/** Scrolls to the section that somebody was led to, and gives it the focus. */
function useArrivalAtSection(): void {
  const arrivals = useUi((state) => state.arrivals);
  useEffect(() => {
    if (heeded === arrivals) return;
    heeded = arrivals;
    const { arrivedAt } = useUi.getState();
    if (arrivedAt !== null) showSection(sectionId(arrivedAt));
  }, [arrivals]);
}

export function SettingsPage(): ReactElement | null {
  const snapshot = useApp((state) => state.snapshot);
  const scroller = useRef<HTMLDivElement>(null);
  useArrivalAtSection();
  if (!snapshot) return null;
  const { settings, capabilities } = snapshot;
  return (
    <>
      <PageHead title="Settings" />
      <div ref={scroller} className="settings" data-focus-home="" tabIndex={-1}>
        <SectionIndex entries={sectionsOf(snapshot)} scroller={scroller} />
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
            <SizeLimit bytes={settings.sizeLimitBytes} />
            <History settings={settings} />
          </Section>
          <Speed />
          <Accounts />
          <Network />
          {capabilities.desktop ? (
            <>
              <Desktop settings={settings.desktop} platform={snapshot.platform} />
              <Notifications settings={settings.notifications} />
            </>
          ) : null}
          {capabilities.updates ? <Updates settings={settings.updates} version={snapshot.version} /> : null}
          <DataFolder />
          <Diagnostics />
          <p className="settings-version faint small selectable">Encord Uploader {snapshot.version}</p>
        </div>
      </div>
    </>
  );
}
