/** De-identifying DICOM files of a bucket: which, what is redacted, what is written; then a job does it. Used by `AddDataMenu`. */
import { type ReactElement, useMemo, useState } from 'react';
import type { CallInput } from '../../../preload/contract/calls.ts';
import type { DatasetView } from '../../../preload/contract/views.ts';
import { call } from '../../state/bridge.ts';
import { noteStarted } from '../../state/job-notes.ts';
import { Button } from '../../ui/Button.tsx';
import { confirm } from '../../ui/Confirm.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { Field, TextField } from '../../ui/Field.tsx';
import { count, plural } from '../../ui/format.ts';
import { Cards, Sign } from '../watch/fields.tsx';
import { type ReadUrls, readUrls } from './deidentify-urls.ts';
import { IntegrationField, useIntegrations } from './IntegrationField.tsx';
import { type Condition, isComplete, SaveConditions, toSaveConditions } from './SaveConditions.tsx';

type Pixels = CallInput<'cloud.deidentify'>['redactPixels'];

const FORM = 'deidentify';
const PROBLEMS_SHOWN = 5;
const PIXELS: readonly { value: Pixels; label: string; hint: string }[] = [
  {
    value: 'redactAllText',
    label: 'All text',
    hint: 'Whatever text is found in the pixels is covered. The safest.',
  },
  {
    value: 'redactSensitiveText',
    label: 'Sensitive text',
    hint: 'Only text that looks as if it named somebody is covered. Look at the result.',
  },
  {
    value: 'redactNoText',
    label: 'None',
    hint: 'Pixels stay as they are, with any names that are burnt into them.',
  },
];

export function Deidentify({
  dataset,
  onClose,
}: {
  dataset: DatasetView | null;
  onClose: () => void;
}): ReactElement {
  const integrations = useIntegrations(dataset?.id ?? null);
  const [integrationId, setIntegrationId] = useState<string | null>(null);
  const [text, setText] = useState('');
  const [redactTags, setRedactTags] = useState(true);
  const [redactPixels, setRedactPixels] = useState<Pixels>('redactAllText');
  const [conditions, setConditions] = useState<readonly Condition[]>([]);
  const [uploadDir, setUploadDir] = useState('');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const read = useMemo(() => readUrls(text), [text]);
  const urlProblem = problemOf(read, tried);

  const start = async () => {
    setTried(true);
    setFailure(null);
    const ready = integrationId !== null && problemOf(read, true) === null && conditions.every(isComplete);
    if (!ready) return;
    setBusy(true);
    const answer = await call('cloud.deidentify', {
      integrationId,
      urls: [...read.urls],
      redactTags,
      redactPixels,
      saveConditions: toSaveConditions(conditions),
      uploadDir: uploadDir.trim() === '' ? null : uploadDir.trim(),
    });
    setBusy(false);
    if (!answer.ok) {
      setFailure(answer.error.message);
      return;
    }
    onClose();
    noteStarted(`${plural(read.urls.length, 'DICOM file')} being de-identified`);
  };
  const leave = async () => {
    const sure =
      (text.trim() === '' && conditions.length === 0) ||
      (await confirm({
        title: 'De-identify nothing?',
        body: 'Nothing has been started. What you filled in is forgotten.',
        action: 'Forget it',
        keep: 'Go on with it',
      }));
    if (sure) onClose();
  };

  return (
    <Dialog
      open
      onClose={() => void leave()}
      size="l"
      closeOnOutside={false}
      title="De-identify DICOM"
      description="Your files stay in the bucket as they are. New ones, without what identifies a patient, are written beside them; register those afterwards."
      footer={
        <>
          <Button onClick={() => void leave()}>Cancel</Button>
          <Button
            type="submit"
            form={FORM}
            variant="primary"
            busy={busy}
            disabled={integrations.all?.length === 0}
          >
            {read.urls.length > 0 ? `De-identify ${plural(read.urls.length, 'file')}` : 'De-identify'}
          </Button>
        </>
      }
    >
      <form
        id={FORM}
        className="dialog-body deidentify"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void start();
        }}
      >
        <IntegrationField
          integrations={integrations}
          value={integrationId}
          onChange={setIntegrationId}
          error={
            tried && integrationId === null
              ? 'Choose the integration that can read and write the bucket.'
              : null
          }
        />
        <Field label="URLs of the DICOM files" error={urlProblem} hint={countOf(read)}>
          {({ id, describedBy, invalid }) => (
            <textarea
              id={id}
              className="input mono deidentify-urls"
              value={text}
              placeholder="https://bucket.s3.eu-west-2.amazonaws.com/study/1.dcm"
              autoComplete="off"
              spellCheck={false}
              wrap="off"
              aria-describedby={describedBy}
              aria-invalid={invalid || undefined}
              onChange={(event) => setText(event.target.value)}
            />
          )}
        </Field>
        <Sign
          label="Redact tags"
          hint="Tags that identify a patient are removed altogether. Off: every tag stays as it is."
          on={redactTags}
          onSwitch={setRedactTags}
        />
        <div className="field">
          <span className="field-label">Text in the pixels to cover</span>
          <Cards
            label="Text in the pixels to cover"
            value={redactPixels}
            options={PIXELS}
            onChange={setRedactPixels}
          />
        </div>
        <SaveConditions conditions={conditions} onChange={setConditions} tried={tried} />
        <TextField
          label="Folder of the bucket to write to"
          optional
          value={uploadDir}
          maxLength={1_000}
          placeholder="deidentified/"
          hint="Empty: each new file is written beside its original."
          onChange={setUploadDir}
        />
        <p className="field-hint">
          Encord offers this as an extra that costs more, and needs to be allowed to write to the bucket.
        </p>
        {failure === null ? null : (
          <Banner tone="fail" title="It could not be started">
            {failure}
          </Banner>
        )}
      </form>
    </Dialog>
  );
}

/** `1,204 URLs, 3 of them twice`. */
function countOf({ urls, repeated }: ReadUrls): string {
  if (urls.length === 0) return 'One a line.';
  return `${plural(urls.length, 'URL')}${
    repeated > 0
      ? `; ${plural(repeated, 'line')} ${repeated === 1 ? 'repeats' : 'repeat'} one and ${repeated === 1 ? 'counts' : 'count'} once`
      : ''
  }.`;
}

/** Wrong lines are said as they come; that there are none only when somebody wants to start. */
function problemOf({ urls, problems, tooMany }: ReadUrls, tried: boolean): string | null {
  if (problems.length > 0) {
    const shown = problems
      .slice(0, PROBLEMS_SHOWN)
      .map(({ line, message }) => `Line ${count(line)} ${message}`);
    const more = problems.length - shown.length;
    return [...shown, more > 0 ? `So it is with ${plural(more, 'more line', 'more lines')}.` : '']
      .filter(Boolean)
      .join(' ');
  }
  if (tooMany) return 'These are more than the 100,000 URLs that one start takes. Begin with some of them.';
  return tried && urls.length === 0 ? 'Paste the URLs of the files, one a line.' : null;
}
