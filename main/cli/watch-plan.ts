/**
 * What has to be done so that the watch folders are as a file has them, and how that is said. Pure; used by
 * `watch-apply.ts`.
 */

import { isDeepStrictEqual } from 'node:util';
import type { WatchFolderView, WatchRulesView } from '../../preload/contract/watch.ts';
import type { Existing } from '../core/watch/rules.ts';
import { type RuleWord, rulesOf, wordsOf } from './watch-words.ts';

/** A folder as it should be, with its account and dataset found out. */
export interface Target {
  readonly root: string;
  readonly account: { readonly id: string; readonly name: string };
  /** `id` is null where the dataset is to be made. */
  readonly dataset: { readonly id: string | null; readonly title: string };
  readonly folder: string | null;
  readonly on: boolean;
  readonly existing: Existing;
  readonly rules: WatchRulesView;
}

export type Difference = {
  readonly word: RuleWord | 'dataset' | 'account' | 'folder' | 'on';
  /** As it would be written in the file; null: nothing is said of it. */
  readonly from: string | null;
  readonly to: string | null;
};

export type Step =
  | { readonly kind: 'add'; readonly target: Target; readonly differences: readonly Difference[] }
  | {
      readonly kind: 'change';
      readonly view: WatchFolderView;
      readonly target: Target;
      readonly differences: readonly Difference[];
    }
  | { readonly kind: 'remove'; readonly view: WatchFolderView }
  | { readonly kind: 'same'; readonly view: WatchFolderView };

export interface Plan {
  /** In the order in which they are to be done: what goes first makes room for what comes. */
  readonly steps: readonly Step[];
  /** Folders that the file does not name and that stay. */
  readonly others: readonly WatchFolderView[];
}

/** @param prune folders that the file does not name are removed */
export function planOf(
  targets: readonly Target[],
  current: readonly WatchFolderView[],
  prune: boolean,
): Plan {
  const named = new Set(targets.map((target) => target.root));
  const others = current.filter((view) => !named.has(view.root));
  const steps = targets.map((target): Step => {
    const view = current.find((each) => each.root === target.root);
    if (!view) return { kind: 'add', target, differences: unusual(target) };
    const differences = changes(view, target);
    return differences.length === 0 ? { kind: 'same', view } : { kind: 'change', view, target, differences };
  });
  const removals = prune ? others.map((view): Step => ({ kind: 'remove', view })) : [];
  return { steps: [...removals, ...steps], others: prune ? [] : others };
}

/** Whether there is anything to do. */
export function changesAnything(plan: Plan): boolean {
  return plan.steps.some((step) => step.kind !== 'same');
}

/** The lines that show a step. */
export function sayStep(step: Step): readonly string[] {
  switch (step.kind) {
    case 'add':
      return [
        `+ ${step.target.root} → ${step.target.dataset.title}${step.target.dataset.id === null ? ' (the dataset is made)' : ''}`,
        ...step.differences.map(({ word, to }) => `    ${word}: ${to}`),
      ];
    case 'change':
      return [
        `~ ${step.view.root}`,
        ...step.differences.map(
          ({ word, from, to }) => `    ${word}: ${from ?? 'nothing'} → ${to ?? 'nothing'}`,
        ),
      ];
    case 'remove':
      return [`- ${step.view.root} → ${step.view.datasetTitle}`];
    case 'same':
      return [`= ${step.view.root}`];
  }
}

/** The same for scripts. */
export function stepObject(step: Step): Readonly<Record<string, unknown>> {
  switch (step.kind) {
    case 'add':
    case 'change':
      return { kind: step.kind, root: step.target.root, differences: step.differences };
    case 'remove':
    case 'same':
      return { kind: step.kind, root: step.view.root };
  }
}

/** What a new folder would be without a word about it. */
const USUAL = rulesOf({}, (word) => word);

/** Of a folder that is to be added: everything that is not as usual. */
function unusual({ account, folder, on, rules }: Target): readonly Difference[] {
  return [
    { word: 'account', from: null, to: account.name },
    ...difference('folder', undefined, folder ?? undefined),
    ...difference('on', true, on),
    ...ruleDifferences(USUAL.ok ? USUAL.rules : rules, rules),
  ];
}

function changes(view: WatchFolderView, target: Target): readonly Difference[] {
  const { dataset, account } = target;
  const accountName = view.accountName ?? 'an account that was removed';
  return [
    ...(view.datasetId === dataset.id
      ? []
      : [
          {
            word: 'dataset' as const,
            from: named(view.datasetTitle, view.datasetId),
            to: datasetText(dataset),
          },
        ]),
    ...(view.accountId === account.id
      ? []
      : [
          {
            word: 'account' as const,
            from: named(accountName, view.accountId),
            to: named(account.name, account.id),
          },
        ]),
    ...difference('folder', view.folderId ?? undefined, target.folder ?? undefined),
    ...difference('on', view.on, target.on),
    ...ruleDifferences(view.rules, target.rules),
  ];
}

function ruleDifferences(before: WatchRulesView, after: WatchRulesView): readonly Difference[] {
  const from = wordsOf(before);
  const to = wordsOf(after);
  // Its own keys; only the type of `keys` forgets them.
  return (Object.keys(to) as RuleWord[]).flatMap((word) => difference(word, from[word], to[word]));
}

function difference(word: Difference['word'], from: unknown, to: unknown): readonly Difference[] {
  return isDeepStrictEqual(from, to) ? [] : [{ word, from: valueText(from), to: valueText(to) }];
}

function valueText(value: unknown): string | null {
  if (value === undefined) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Two datasets or accounts may have the same name. */
function named(name: string, id: string): string {
  return `${name} (${id})`;
}

function datasetText({ id, title }: Target['dataset']): string {
  return id === null ? `${title} (made)` : named(title, id);
}
