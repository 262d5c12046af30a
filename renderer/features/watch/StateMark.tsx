/** A state as a shape and a word. Used by everything on the Watch folders page. */
import type { ReactElement } from 'react';
import { Icon, Spinner } from '../../ui/Icon.tsx';
import type { StateWord } from '../uploads/words.ts';

export function StateMark({ word }: { word: StateWord }): ReactElement {
  return (
    <span className={`q-state q-tone-${word.tone}`}>
      {word.icon === 'spinner' ? <Spinner size={14} /> : <Icon name={word.icon} size={14} />}
      <span className="truncate">{word.word}</span>
    </span>
  );
}
