/** What the sections of a dataset's settings are made of: a head with its action, a list that may fail, why not. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { Button } from '../../../ui/Button.tsx';
import { ExternalLink } from '../../../ui/ExternalLink.tsx';
import { count } from '../../../ui/format.ts';
import { Icon, Spinner } from '../../../ui/Icon.tsx';
import type { Asking } from './useAsked.ts';

interface PartProps {
  title: string;
  lead?: ReactNode;
  action?: ReactNode;
  /** What a screen reader is told when it changes. */
  said?: string;
  children: ReactNode;
}

export function Part({ title, lead, action, said = '', children }: PartProps): ReactElement {
  return (
    <section className="part" aria-label={title}>
      <header className="part-head">
        <div className="grow">
          <h2>{title}</h2>
          {lead ? <p className="muted part-lead">{lead}</p> : null}
        </div>
        {action ? <div className="part-action">{action}</div> : null}
      </header>
      <div className="part-body">{children}</div>
      <p className="visually-hidden" role="status">
        {said}
      </p>
    </section>
  );
}

/** Why something cannot be done here, where its controls would be. */
export function MayNot({ children }: { children: ReactNode }): ReactElement {
  return (
    <p className="part-note muted">
      <Icon name="lock" size={14} />
      <span>{children}</span>
    </p>
  );
}

/** The web app by name, as a link where its address is known. */
export function InWebApp({ url }: { url: string | null }): ReactElement {
  return url === null ? <>in Encord’s web app</> : <ExternalLink url={url}>in Encord’s web app</ExternalLink>;
}

/** Lists are short as a rule; of a long one this many are drawn until somebody wants all. */
const AT_FIRST = 10;

interface AnswerListProps<T> {
  asked: Asking;
  /** Null until the first answer. */
  items: readonly T[] | null;
  /** E.g. `groups`. */
  things: string;
  /** While the first answer is awaited. */
  waiting: string;
  empty: ReactNode;
  keyOf: (item: T, index: number) => string;
  row: (item: T) => ReactNode;
}

/** A list that was asked for: awaited, failed with *Try again*, empty, or here. */
export function AnswerList<T>({
  asked,
  items,
  things,
  waiting,
  empty,
  keyOf,
  row,
}: AnswerListProps<T>): ReactElement {
  const [all, setAll] = useState(false);
  const shown = all ? items : (items?.slice(0, AT_FIRST) ?? null);
  return (
    <>
      {asked.failure !== null ? (
        <div className="part-note part-failed selectable">
          <Icon name="fail" size={14} className="tone-fail" />
          <span className="grow">
            The {things} could not be listed{items === null ? '' : ' anew'}. {asked.failure}
          </span>
          <Button size="s" icon="retry" busy={asked.waiting} onClick={asked.again}>
            Try again
          </Button>
        </div>
      ) : asked.waiting && items === null ? (
        <p className="part-note muted">
          <Spinner size={14} />
          <span>{waiting}</span>
        </p>
      ) : null}
      {items?.length === 0 ? <p className="part-note muted">{empty}</p> : null}
      {shown !== null && shown.length > 0 ? (
        <ul className="part-list" aria-label={things[0]?.toUpperCase() + things.slice(1)}>
          {shown.map((item, index) => (
            <li key={keyOf(item, index)} className="part-row">
              {row(item)}
            </li>
          ))}
        </ul>
      ) : null}
      {items !== null && items.length > AT_FIRST ? (
        <div className="part-more">
          <Button size="s" variant="ghost" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? `Show the first ${AT_FIRST}` : `Show all ${count(items.length)}`}
          </Button>
        </div>
      ) : null}
    </>
  );
}

/** What a screen reader is told of such a list. */
export function saidOf(asked: Asking, count: number | null, waiting: string, here: string): string {
  if (asked.failure !== null) return asked.failure;
  return asked.waiting ? waiting : count === null ? '' : here;
}
