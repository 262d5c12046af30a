/** What a maintainer needs to know when something goes wrong: to look at, and to copy. */
import { type ReactElement, useState } from 'react';
import { ask } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { copyText } from '../../ui/clipboard.ts';
import { Section, Setting } from './SettingsPage.tsx';

export function Diagnostics(): ReactElement {
  /** As main wrote it last; shown only where somebody wants to see it. */
  const [text, setText] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const fetchText = async (): Promise<string | null> => {
    setBusy(true);
    const answer = await ask('app.diagnostics', null);
    setBusy(false);
    return answer?.text ?? null;
  };
  const copy = async () => {
    const fresh = await fetchText();
    if (fresh === null) return;
    if (text !== null) setText(fresh);
    await copyText(fresh, 'The diagnostics text');
  };
  const toggle = async () => setText(text === null ? await fetchText() : null);
  return (
    <Section title="Diagnostics">
      <div className="setting-tall">
        <Setting
          label="For whoever helps you"
          hint="Versions, settings, counts, the state of the connection, and the last errors. No keys or passwords, and no names of files or datasets."
        >
          <Button size="s" variant="ghost" aria-expanded={text !== null} onClick={() => void toggle()}>
            {text === null ? 'Show' : 'Hide'}
          </Button>
          <Button size="s" icon="copy" busy={busy} onClick={() => void copy()}>
            Copy diagnostics
          </Button>
        </Setting>
        {text === null ? null : (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must take the focus, or no key reaches its end.
          <section className="diagnostics mono selectable" aria-label="Diagnostics text" tabIndex={0}>
            {text}
          </section>
        )}
      </div>
    </Section>
  );
}
