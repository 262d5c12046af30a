/**
 * Texts that people keep: receipts of batches and comparisons of datasets. Main writes them, or promises a download that
 * is handed to the browser; what became of it is said in a note.
 */
import type { CallInput } from '../../preload/contract/calls.ts';
import type { Answer } from '../../preload/contract/errors.ts';
import type { BatchRow, SavedView } from '../../preload/contract/views.ts';
import { oneLine } from '../ui/format.ts';
import type { MenuEntry } from '../ui/Menu.tsx';
import { toast } from '../ui/Toasts.tsx';
import { bridge, call } from './bridge.ts';

/** A download that takes longer is said to be on its way. */
const SLOW_MS = 700;

/** The receipt of a batch, where the person wants it. */
export async function saveReceipt(
  batch: Pick<BatchRow, 'id' | 'name'>,
  format: 'json' | 'csv',
): Promise<void> {
  await keep(`The receipt of ${oneLine(batch.name)}`, call('receipts.save', { batchId: batch.id, format }));
}

/** What is missing and extra, as CSV. */
export async function saveComparison(reconcileId: string): Promise<void> {
  await keep('The comparison', call('reconcile.save', { reconcileId }));
}

/** The table of a dataset's rows. */
export async function saveRows(input: CallInput<'rows.export'>): Promise<void> {
  await keep('The table', call('rows.export', input));
}

/** The JSON that a file of cloud data comes to. */
export async function saveCloudJson(checkId: string): Promise<void> {
  await keep('The JSON', call('cloud.saveJson', { checkId }));
}

/** The entries of a file of cloud data that failed in a job, to be put right and registered again. */
export async function saveFailedEntries(jobId: number): Promise<void> {
  await keep('The file of the failed entries', call('jobs.saveFailed', { jobId }));
}

/** The two entries of a batch's menu. */
export function receiptEntries(batch: Pick<BatchRow, 'id' | 'name'>): MenuEntry[] {
  return (['csv', 'json'] as const).map((format) => ({
    kind: 'item',
    id: `receipt-${format}`,
    label: `Save receipt as ${format.toUpperCase()}…`,
    icon: 'receipt',
    act: () => void saveReceipt(batch, format),
  }));
}

async function keep(what: string, asked: Promise<Answer<SavedView>>): Promise<void> {
  const answer = await asked;
  if (!answer.ok) {
    toast(answer.error.message, { tone: 'fail' });
    return;
  }
  const saved = answer.value;
  if (saved.kind === 'cancelled') return;
  if (saved.kind === 'saved') {
    toast(`Saved as ${saved.path}`, { tone: 'done' });
    return;
  }
  const slow = setTimeout(() => toast(`${what} is being written`), SLOW_MS);
  const fetched = await bridge.download?.(saved.path, saved.name);
  clearTimeout(slow);
  if (fetched?.ok) toast(`Downloaded ${saved.name}`, { tone: 'done' });
  else toast(fetched?.error.message ?? `${what} could not be downloaded here.`, { tone: 'fail' });
}
