/** Short notes at the window's foot, with at most one action; they go by themselves. */
import type { ReactElement } from 'react';
import { create } from 'zustand';
import { Button, IconButton } from './Button.tsx';
import { oneLine } from './format.ts';
import { Icon } from './Icon.tsx';

interface ToastNote {
  id: number;
  tone: 'neutral' | 'fail' | 'done';
  text: string;
  action: { label: string; act: () => void } | null;
}

interface ToastState {
  notes: readonly ToastNote[];
  close: (id: number) => void;
}

const useToasts = create<ToastState>()((set) => ({
  notes: [],
  close: (id) => set((state) => ({ notes: state.notes.filter((note) => note.id !== id) })),
}));

let lastId = 0;

/** Shows a note for some seconds: longer where it has an action or tells of a failure. */
export function toast(
  text: string,
  options: { tone?: ToastNote['tone']; action?: ToastNote['action'] } = {},
): void {
  lastId += 1;
  // Names of others stand in it.
  const shown = oneLine(text);
  const note: ToastNote = {
    id: lastId,
    tone: options.tone ?? 'neutral',
    text: shown,
    action: options.action ?? null,
  };
  useToasts.setState((state) => ({
    notes: [...state.notes.filter((each) => each.text !== shown).slice(-2), note],
  }));
  setTimeout(() => useToasts.getState().close(note.id), note.action || note.tone === 'fail' ? 9_000 : 4_000);
}

export function Toasts(): ReactElement {
  const notes = useToasts((state) => state.notes);
  const close = useToasts((state) => state.close);
  return (
    <section className="toasts" aria-label="Notes" aria-live="polite">
      {notes.map((note) => (
        <div key={note.id} className={`toast toast-${note.tone}`}>
          {note.tone === 'neutral' ? null : (
            <Icon name={note.tone === 'fail' ? 'fail' : 'done'} className={`tone-${note.tone}`} />
          )}
          <span className="grow selectable">{note.text}</span>
          {note.action ? (
            <Button
              size="s"
              variant="ghost"
              onClick={() => {
                note.action?.act();
                close(note.id);
              }}
            >
              {note.action.label}
            </Button>
          ) : null}
          <IconButton label="Dismiss" icon="close" size="s" onClick={() => close(note.id)} />
        </div>
      ))}
    </section>
  );
}
