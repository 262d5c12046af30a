/** Notes about long work that has begun: it goes on by itself, and Activity shows it. Used by whatever starts a job. */
import { toast } from '../ui/Toasts.tsx';
import { openJob } from './job-list.ts';
import { goTo } from './ui.ts';

/** `text`: what has begun, e.g. "Deleting 12 rows". With its id, the note opens the job itself. */
export function noteStarted(text: string, jobId: number | null = null): void {
  toast(text, {
    action: {
      label: 'Show in Activity',
      act: () => (jobId === null ? goTo('activity') : openJob(jobId)),
    },
  });
}
