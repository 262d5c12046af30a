/** API keys of the dataset: listed, masked, and created. Used by `DatasetSettings`. */
import { type ReactElement, useState } from 'react';
import type { KeyView } from '../../../../preload/contract/manage.ts';
import { call } from '../../../state/bridge.ts';
import { Button } from '../../../ui/Button.tsx';
import { Badge } from '../../../ui/Feedback.tsx';
import { oneLine, plural } from '../../../ui/format.ts';
import { CreateKey } from './CreateKey.tsx';
import { AnswerList, MayNot, Part, saidOf } from './Part.tsx';
import { useAsked } from './useAsked.ts';

interface KeysProps {
  datasetId: string;
  /** Why this account can neither see nor create them. */
  problem: string | null;
}

const LEAD = 'A key lets a program reach this dataset alone, without an SSH key.';
const WAITING = 'Asking Encord for the API keys of the dataset';

export function Keys({ datasetId, problem }: KeysProps): ReactElement {
  const asked = useAsked(() => call('keys.list', { datasetId }), problem === null);
  const [creating, setCreating] = useState(false);
  const keys = asked.value;

  if (problem !== null)
    return (
      <Part title="API access" lead={LEAD}>
        <MayNot>{problem}</MayNot>
      </Part>
    );
  return (
    <Part
      title="API access"
      lead={LEAD}
      said={saidOf(asked, keys?.length ?? null, WAITING, plural(keys?.length ?? 0, 'API key'))}
      action={
        <Button icon="plus" onClick={() => setCreating(true)}>
          Create key
        </Button>
      }
    >
      <AnswerList
        asked={asked}
        items={keys}
        things="API keys"
        waiting={WAITING}
        empty="This dataset has no API key."
        keyOf={({ keyHash, ending }, index) => keyHash ?? `${index} ${ending}`}
        row={(key) => <KeyLine apiKey={key} />}
      />
      {creating ? (
        <CreateKey
          datasetId={datasetId}
          // Also after a failure: the answer to a creation may have been lost.
          onTried={asked.again}
          onClose={() => setCreating(false)}
        />
      ) : null}
    </Part>
  );
}

function KeyLine({ apiKey }: { apiKey: KeyView }): ReactElement {
  const title = oneLine(apiKey.title) || 'A key without a title';
  return (
    <>
      <p className="grow truncate part-name" title={title}>
        {title}
      </p>
      <Badge>{scopesWord(apiKey.scopes)}</Badge>
      <span className="key-mask mono muted">
        <span aria-hidden="true">••••••••{oneLine(apiKey.ending)}</span>
        <span className="visually-hidden">
          {apiKey.ending === '' ? 'hidden' : `ends in ${oneLine(apiKey.ending)}`}
        </span>
      </span>
    </>
  );
}

function scopesWord(scopes: readonly string[]): string {
  const read = scopes.includes('dataset.read');
  const write = scopes.includes('dataset.write');
  const others = scopes.filter((each) => each !== 'dataset.read' && each !== 'dataset.write');
  const known = read && write ? 'Read and write' : write ? 'Write' : read ? 'Read' : '';
  return [known, ...others.map(oneLine)].filter(Boolean).join(', ') || 'Scopes not told';
}
