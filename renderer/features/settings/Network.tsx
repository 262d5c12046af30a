/** The network's settings: the proxy and its login, a lab's own authority, the connection check. */
import { type FormEvent, type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react';
import type { NetworkSettings, NetworkView } from '../../../preload/contract/desktop.ts';
import { useApp } from '../../state/app.ts';
import { ask } from '../../state/bridge.ts';
import { useDraft } from '../../state/drafts.ts';
import { followNetwork, useNetwork } from '../../state/network.ts';
import { Button } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { TextField } from '../../ui/Field.tsx';
import { ConnectionCheckDialog, openConnectionCheck } from './ConnectionCheck.tsx';
import { ProxyLogin } from './ProxyLogin.tsx';
import { Section, Setting, trySettings } from './SettingsPage.tsx';

export function Network(): ReactElement | null {
  const settings = useApp((state) => state.snapshot?.settings.network);
  const view = useNetwork((state) => state.view);
  useEffect(followNetwork, []);
  if (!settings) return null;
  return (
    <Section title="Network" lead="For Encord and its storage alike. Changes hold at once.">
      <ProxyChoice settings={settings} view={view} />
      {view ? <ProxyLogin view={view} /> : null}
      <Authority settings={settings} trouble={view?.caTrouble ?? null} />
      <Setting
        label="Connection check"
        hint="Tries proxy, DNS, TLS, API, clock and storage one after the other, and says what to tell your IT department."
      >
        <Button size="s" icon="activity" onClick={openConnectionCheck}>
          Check connection
        </Button>
      </Setting>
      <ConnectionCheckDialog />
    </Section>
  );
}

/** Null where it was taken; else what is wrong with it. */
function save(part: Partial<NetworkSettings>): Promise<string | null> {
  return trySettings(({ network }) => ({ network: { ...network, ...part } }));
}

type Kind = NetworkSettings['proxy']['kind'];

function ProxyChoice({
  settings,
  view,
}: {
  settings: NetworkSettings;
  view: NetworkView | null;
}): ReactElement {
  const desktop = useApp((state) => state.snapshot?.capabilities.desktop ?? false);
  const saved = settings.proxy;
  const [chosen, setChosen] = useDraft<Kind | null>('proxy kind', null);
  const [draft, setDraft] = useDraft<string | null>('proxy address', null);
  const [failure, setFailure] = useState<string | null>(null);
  const kind = chosen ?? saved.kind;
  const savedAddress = saved.kind === 'manual' ? saved.address : '';
  const address = draft ?? savedAddress;
  const choose = (next: Kind): void => {
    setFailure(null);
    setDraft(null);
    // An address is asked for before it holds.
    setChosen(next === 'manual' && saved.kind !== 'manual' ? next : null);
    if (next !== 'manual') void save({ proxy: { kind: next } }).then(setFailure);
  };
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const problem = await save({ proxy: { kind: 'manual', address: address.trim() } });
    setFailure(problem);
    if (problem !== null) return;
    setDraft(null);
    setChosen(null);
  };
  return (
    <div className="setting-tall">
      <Setting label="Proxy" hint={inUse(kind === saved.kind ? view : null, saved.kind, desktop)}>
        <Segmented
          label="Proxy"
          size="s"
          value={kind}
          onChange={choose}
          options={[
            { value: 'system', label: desktop ? 'System' : 'Environment' },
            { value: 'none', label: 'None' },
            { value: 'manual', label: 'Manual' },
          ]}
        />
      </Setting>
      {kind === 'manual' ? (
        <form className="network-form" onSubmit={(event) => void submit(event)}>
          <TextField
            label="Address of the proxy"
            value={address}
            error={failure}
            hint="http://, https:// or socks5://, with the port, without a login."
            placeholder="http://proxy.lab.org:8080"
            onChange={(next) => {
              setDraft(next);
              setFailure(null);
            }}
          />
          {address.trim() === savedAddress ? null : (
            <div className="network-actions">
              <Button type="submit" size="s" variant="primary" disabled={address.trim() === ''}>
                Save
              </Button>
              <Button size="s" onClick={() => choose(saved.kind)}>
                Cancel
              </Button>
            </div>
          )}
        </form>
      ) : failure === null ? null : (
        <div className="network-note">
          <Banner tone="fail">{failure}</Banner>
        </div>
      )}
    </div>
  );
}

function inUse(view: NetworkView | null, kind: Kind, desktop: boolean): ReactNode {
  if (view?.proxy)
    return (
      <>
        In use now: <span className="mono selectable">{view.proxy}</span>
      </>
    );
  if (view === null) return 'How Encord and its storage are reached.';
  if (kind === 'none') return 'Encord is reached directly, whatever the system says.';
  return desktop
    ? 'As the system says: Encord is reached directly now.'
    : 'As HTTPS_PROXY and its like say: Encord is reached directly now.';
}

function Authority({
  settings,
  trouble,
}: {
  settings: NetworkSettings;
  trouble: string | null;
}): ReactElement {
  const native = useApp((state) => state.snapshot?.capabilities.nativeDialogs ?? false);
  /** Null while no path is asked for. */
  const [path, setPath] = useDraft<string | null>('CA file', null);
  const [failure, setFailure] = useState<string | null>(null);
  const chooser = useRef<HTMLButtonElement>(null);
  const take = async (caFile: string | null): Promise<void> => {
    const problem = await save({ caFile });
    setFailure(problem);
    if (problem === null) setPath(null);
  };
  const choose = async (): Promise<void> => {
    if (!native) {
      setPath(path ?? '');
      return;
    }
    const paths = await ask('files.choose', { what: 'files' });
    if (paths?.[0]) await take(paths[0]);
  };
  return (
    <div className="setting-tall">
      <Setting
        label="Certificate authority of your network"
        hint={
          settings.caFile ? (
            <>
              Trusted beside the system’s:{' '}
              <span className="mono selectable data-path">{settings.caFile}</span>
            </>
          ) : (
            'A PEM file of an authority that is trusted beside the system’s, for networks that read the traffic.'
          )
        }
      >
        {settings.caFile ? (
          <Button
            size="s"
            onClick={() => {
              void take(null);
              chooser.current?.focus();
            }}
          >
            Remove
          </Button>
        ) : null}
        <Button ref={chooser} size="s" icon="file" onClick={() => void choose()}>
          {settings.caFile ? 'Change…' : 'Choose…'}
        </Button>
      </Setting>
      {path !== null ? (
        <form
          className="network-form"
          onSubmit={(event) => {
            event.preventDefault();
            void take(path.trim());
          }}
        >
          <TextField
            label="Path of the file"
            value={path}
            error={failure}
            hint="On the machine that the uploader runs on."
            placeholder="/etc/ssl/lab-ca.pem"
            autoFocus
            onChange={(next) => {
              setPath(next);
              setFailure(null);
            }}
          />
          <div className="network-actions">
            <Button type="submit" size="s" variant="primary" disabled={path.trim() === ''}>
              Use this file
            </Button>
            <Button
              size="s"
              onClick={() => {
                setPath(null);
                setFailure(null);
              }}
            >
              Cancel
            </Button>
          </div>
        </form>
      ) : null}
      {path === null && (failure ?? trouble) !== null ? (
        <div className="network-note">
          <Banner tone={failure === null ? 'warn' : 'fail'}>{failure ?? trouble}</Banner>
        </div>
      ) : null}
    </div>
  );
}
