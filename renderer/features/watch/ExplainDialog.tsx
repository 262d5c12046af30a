/** Why is this file not in Encord? A person names a file of the folder, and reads what is known of it. Used by `FolderPage`. */
import { type ReactElement, useState } from 'react';
import { call } from '../../state/bridge.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { TextField } from '../../ui/Field.tsx';

interface ExplainDialogProps {
  /** Absolute path of the watch folder. */
  root: string;
  onClose: () => void;
}

export function ExplainDialog({ root, onClose }: ExplainDialogProps): ReactElement {
  const separator = root.includes('\\') && !root.startsWith('/') ? '\\' : '/';
  const [path, setPath] = useState(`${root.replace(/[\\/]$/, '')}${separator}`);
  const [sentences, setSentences] = useState<readonly string[]>([]);
  const [failure, setFailure] = useState<string | null>(null);
  const explain = async () => {
    const answer = await call('watch.explain', { path: path.trim() });
    setSentences(answer.ok ? answer.value.sentences : []);
    setFailure(answer.ok ? null : answer.error.message);
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title="Explain a file"
      description="Why it is not uploaded, or that it is."
      footer={
        <Button variant="primary" disabled={path.trim() === ''} onClick={() => void explain()}>
          Explain
        </Button>
      }
    >
      <form
        className="dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          void explain();
        }}
      >
        <TextField
          label="File"
          value={path}
          error={failure}
          hint="The whole path. It may be gone by now."
          onChange={(next) => {
            setPath(next);
            setSentences([]);
            setFailure(null);
          }}
        />
        <div className="explained selectable" role="status">
          {sentences.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </div>
      </form>
    </Dialog>
  );
}
