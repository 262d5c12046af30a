/** Copies a text, and says so. */
import { toast } from './Toasts.tsx';

/** `what` names the text in the note: "The path". */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // No clipboard permission, or a page that is not secure: the old way still works there.
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'visually-hidden';
    document.body.append(field);
    field.select();
    const copied = document.execCommand('copy');
    field.remove();
    if (!copied) {
      toast(`${what} could not be copied. Select it and copy it by hand.`, { tone: 'fail' });
      return;
    }
  }
  toast(`${what} is copied`);
}
