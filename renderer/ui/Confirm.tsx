/** Asks before what cannot be taken back: `await confirm({…})`. */
import { type ReactElement, type ReactNode, useRef } from 'react';
import { create } from 'zustand';
import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { oneLine } from './format.ts';

interface Question {
  title: string;
  body: ReactNode;
  action: string;
  danger?: boolean;
  /** The way out, where "Cancel" could be misread. */
  keep?: string;
}

interface ConfirmState {
  question: Question | null;
  answer: ((yes: boolean) => void) | null;
}

const useConfirm = create<ConfirmState>()(() => ({ question: null, answer: null }));

/** True when the person chose the action. A second question answers the first with no. */
export function confirm(question: Question): Promise<boolean> {
  useConfirm.getState().answer?.(false);
  return new Promise((resolve) => useConfirm.setState({ question, answer: resolve }));
}

export function ConfirmHost(): ReactElement {
  const { question, answer } = useConfirm();
  const action = useRef<HTMLButtonElement>(null);
  const keep = useRef<HTMLButtonElement>(null);
  const settle = (yes: boolean) => {
    useConfirm.setState({ question: null, answer: null });
    answer?.(yes);
  };
  return (
    <Dialog
      open={question !== null}
      onClose={() => settle(false)}
      title={oneLine(question?.title ?? '')}
      size="s"
      // Where something would be lost, a stray Enter keeps it.
      initialFocus={() => (question?.danger ? keep.current : action.current)}
      footer={
        <>
          <Button ref={keep} onClick={() => settle(false)}>
            {question?.keep ?? 'Cancel'}
          </Button>
          <Button ref={action} variant={question?.danger ? 'danger' : 'primary'} onClick={() => settle(true)}>
            {question?.action ?? ''}
          </Button>
        </>
      }
    >
      <div className="dialog-body muted">{question?.body}</div>
    </Dialog>
  );
}
