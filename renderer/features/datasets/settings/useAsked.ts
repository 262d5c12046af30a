/** One question to main whose answer a section shows: awaited, here, failed, asked again. Used by the sections beside it. */
import { useCallback, useEffect, useRef, useState } from 'react';
import type { Answer } from '../../../../preload/contract/errors.ts';

export interface Asked<T> {
  /** The last answer; stays while it is asked for again. Null until the first. */
  readonly value: T | null;
  /** Why the last question got none. */
  readonly failure: string | null;
  readonly waiting: boolean;
  /** Asks once more, and not for what main has kept. */
  readonly again: () => void;
  /** What is known to have changed without asking. */
  readonly change: (next: (value: T) => T) => void;
}

/** How a question stands, whatever was asked. */
export type Asking = Omit<Asked<unknown>, 'value' | 'change'>;

/** `ask` is taken anew with each question; where `wanted` is false none is asked. */
export function useAsked<T>(ask: (refresh: boolean) => Promise<Answer<T>>, wanted: boolean): Asked<T> {
  const [state, setState] = useState<Pick<Asked<T>, 'value' | 'failure' | 'waiting'>>({
    value: null,
    failure: null,
    waiting: wanted,
  });
  const question = useRef(ask);
  question.current = ask;
  /** Answers to an older question, or to a page that is left, are not wanted any more. */
  const round = useRef(0);

  const put = useCallback((refresh: boolean) => {
    round.current += 1;
    const mine = round.current;
    setState((before) => ({ ...before, waiting: true }));
    void question.current(refresh).then((answer) => {
      if (mine !== round.current) return;
      setState((before) =>
        answer.ok
          ? { value: answer.value, failure: null, waiting: false }
          : { value: before.value, failure: answer.error.message, waiting: false },
      );
    });
  }, []);

  useEffect(() => {
    if (wanted) put(false);
    return () => {
      round.current += 1;
    };
  }, [wanted, put]);

  return {
    ...state,
    again: useCallback(() => put(true), [put]),
    change: useCallback(
      (next) =>
        setState((before) => (before.value === null ? before : { ...before, value: next(before.value) })),
      [],
    ),
  };
}
