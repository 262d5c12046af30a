/** A comparison as the pretended main makes it: enough missing and extra rows to scroll. Used by `fake-handlers.ts`. */
import type {
  DatasetView,
  ExtraRowView,
  MissingRowView,
  ReconcileView,
} from '../../preload/contract/views.ts';

const HOUR = 3_600_000;

/** A dataset whose id ends in an even digit lacks something; the others agree. */
export function fakeReconcile(dataset: DatasetView): {
  view: ReconcileView;
  missing: MissingRowView[];
  extra: ExtraRowView[];
} {
  const differs = /[02468]$/.test(dataset.id);
  const missing = Array.from({ length: differs ? 340 : 0 }, (_, index): MissingRowView => {
    const number = String(index).padStart(4, '0');
    const group = index % 40 === 7;
    const title = group ? `larva ${number}` : `2026-11-20_cam-north_${number}.mp4`;
    return {
      id: index + 1,
      media: group ? 'image-group' : 'video',
      title,
      path: `/data/acquisition/2026-11-20/north/${group ? `${title}/frame_0001.png` : title}`,
      files: group ? 300 : 1,
      bytes: 80_000_000 + index * 12_345,
      doneAt: Date.now() - index * HOUR,
      dataHash: `5f0c2a9e-0000-4000-8000-00000000${number}`,
      itemUuid: null,
    };
  });
  const extra = Array.from(
    { length: differs ? 12 : 0 },
    (_, index): ExtraRowView => ({
      dataHash: `aa0c2a9e-0000-4000-8000-0000000000${String(index).padStart(2, '0')}`,
      itemUuid: null,
      title:
        index === 3 ? 'Operationsmikroskop, linke Seite, zweite Aufnahme.mp4' : `reader-two_${index}.png`,
      type: index === 3 ? 'VIDEO' : 'IMAGE',
      size: 1_400_000 + index * 1_000,
      createdAt: new Date(Date.now() - index * HOUR).toISOString(),
    }),
  );
  const both = 1_204 - extra.length;
  return {
    missing,
    extra,
    view: {
      reconcileId: `reconcile-${dataset.id}`,
      datasetId: dataset.id,
      datasetTitle: dataset.title,
      at: Date.now(),
      rows: 1_204,
      uploaded: both + missing.length,
      both,
      missing: missing.length,
      extra: extra.length,
      different: differs ? 1 : 0,
      underway: differs ? 2 : 0,
      recent: 0,
      unidentified: 0,
    },
  };
}
