/** A command that failed, said where it was asked, with the way to ask again. Used by the list and the panel of jobs. */
import { type ReactElement, useState } from 'react';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Banner } from '../../ui/Feedback.tsx';

/** Answers with the sentence of its failure; null where it went well. */
export type Command = () => Promise<string | null>;

export interface Trouble {
  readonly message: string;
  readonly again: () => void;
  readonly close: () => void;
}

export function useTrouble(): { trouble: Trouble | null; run: (command: Command) => void } {
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const run = (command: Command) => {
    const go = async () => {
      const message = await command();
      setTrouble(
        message === null ? null : { message, again: () => void go(), close: () => setTrouble(null) },
      );
    };
    void go();
  };
  return { trouble, run };
}

export function TroubleBanner({ trouble }: { trouble: Trouble | null }): ReactElement | null {
  if (trouble === null) return null;
  return (
    <Banner
      tone="fail"
      actions={
        <>
          <Button size="s" icon="retry" onClick={trouble.again}>
            Try again
          </Button>
          <IconButton label="Dismiss" icon="close" size="s" onClick={trouble.close} />
        </>
      }
    >
      {trouble.message}
    </Banner>
  );
}
