/** Step 2: what the files become, which are taken, how they are named; beside it what that makes of real files. */
import type { ReactElement } from 'react';
import { addMetadata, change, problemsNow, useDraft } from '../../state/watch-draft.ts';
import { type RulesForm, rulesOf } from '../../state/watch-form.ts';
import { Button, IconButton } from '../../ui/Button.tsx';
import { Segmented } from '../../ui/Controls.tsx';
import { TextField } from '../../ui/Field.tsx';
import { Select } from '../../ui/Select.tsx';
import { Amount, Cards, Globs, Line, Wrong } from './fields.tsx';
import { Matches } from './Matches.tsx';
import { MoreRules } from './MoreRules.tsx';
import { afterSentence, finishedSentence } from './words.ts';

export function StepWhat({ editing }: { editing: boolean }): ReactElement {
  const form = useDraft((state) => state.form);
  const rules = rulesOf(form);
  return (
    <div className="step-what">
      <div className="what-form">
        <section>
          <h3>What files become</h3>
          <Becomes form={form} />
        </section>
        <section>
          <h3>Which files</h3>
          <Which form={form} />
        </section>
        <section>
          <h3>How they are named</h3>
          <Names form={form} />
        </section>
        <details className="more" open={editing}>
          <summary>
            <span className="more-word">More: when a file is finished, and what happens afterwards</span>
            <span className="field-hint">
              {finishedSentence(rules)}. {afterSentence(rules)}.
            </span>
          </summary>
          <MoreRules form={form} />
        </details>
      </div>
      <Matches />
    </div>
  );
}

function Becomes({ form }: { form: RulesForm }): ReactElement {
  const problems = problemsNow(useDraft());
  const images = (
    <Segmented
      label="What they become together"
      size="s"
      value={form.groupMedia === 'dicom' ? 'image-group' : form.groupMedia}
      onChange={(groupMedia) => change({ groupMedia })}
      options={[
        { value: 'image-group', label: 'Image group' },
        { value: 'image-sequence', label: 'Image sequence' },
      ]}
    />
  );
  const together = (
    <Segmented
      label="What they become together"
      size="s"
      value={form.groupMedia}
      onChange={(groupMedia) => change({ groupMedia })}
      options={[
        { value: 'image-group', label: 'Image group' },
        { value: 'image-sequence', label: 'Image sequence' },
        { value: 'dicom', label: 'DICOM series' },
      ]}
    />
  );
  return (
    <Cards
      label="What files become"
      value={form.becomes}
      onChange={(becomes) => change({ becomes })}
      options={[
        {
          value: 'files',
          label: 'Each file by itself',
          hint: 'Every finished file becomes one data row.',
          more: (
            <Select
              label="Which kinds of files"
              value={form.fileMedia}
              onChange={(fileMedia) => change({ fileMedia })}
              options={[
                { value: 'auto', label: 'All that Encord takes' },
                { value: 'video', label: 'Videos' },
                { value: 'image', label: 'Images' },
                { value: 'audio', label: 'Audio' },
                { value: 'nifti', label: 'NIfTI' },
                { value: 'pdf', label: 'PDF' },
                { value: 'text', label: 'Text' },
              ]}
            />
          ),
        },
        {
          value: 'folders',
          label: 'Each sub-folder together',
          hint: 'The images that lie in one sub-folder become one data row; of DICOM files, those of each series.',
          more: together,
        },
        {
          value: 'pattern',
          label: 'Names that fit a pattern',
          hint: 'Files become one data row when their names differ only in the frame number.',
          more: (
            <>
              <Line
                label="Pattern"
                value={form.pattern}
                placeholder="{plate}/{well}_{frame}.png"
                error={problems.pattern}
                onChange={(pattern) => change({ pattern })}
              />
              {problems.pattern ? null : (
                <p className="field-hint">
                  The path below the folder. A word in braces stands for what changes; {'{frame}'} is the
                  number of the frame.
                </p>
              )}
              {images}
            </>
          ),
        },
        {
          value: 'gap',
          label: 'Images of one time',
          hint: 'Images of a folder belong together until there is a pause.',
          more: (
            <>
              <span className="inline">
                A pause of
                <Amount
                  label="Pause"
                  unit="seconds"
                  value={form.gapSeconds}
                  least={0.1}
                  most={86_400}
                  onChange={(gapSeconds) => change({ gapSeconds })}
                />
                begins the next one
              </span>
              {images}
            </>
          ),
        },
      ]}
    />
  );
}

function Which({ form }: { form: RulesForm }): ReactElement {
  const problems = problemsNow(useDraft());
  return (
    <div className="pair">
      <Globs
        label="Only these"
        value={form.include}
        placeholder="**/*.mp4"
        hint="One pattern a line; none takes all."
        error={problems.include}
        onChange={(include) => change({ include })}
      />
      <Globs
        label="Not these"
        value={form.exclude}
        placeholder="**/preview/**"
        hint="* is any name, ** any folders."
        error={problems.exclude}
        onChange={(exclude) => change({ exclude })}
      />
    </div>
  );
}

function Names({ form }: { form: RulesForm }): ReactElement {
  const state = useDraft();
  const problems = problemsNow(state);
  const example = state.match?.rows.find((row) => row.unit !== null);
  const own = form.becomes === 'files' ? 'the file’s own name' : 'the name of the folder or pattern';
  return (
    <>
      <TextField
        label="Title"
        optional
        value={form.title}
        placeholder="{folder}/{name}"
        className="input mono"
        error={problems.title ?? null}
        hint={
          example ? (
            <>
              For example <strong className="selectable">{example.unit}</strong>
            </>
          ) : (
            `Empty is ${own}. {folder}, {stem}, {date}, {time} and the words of a pattern can stand in it.`
          )
        }
        onChange={(title) => change({ title })}
      />
      <div className="field">
        <span className="field-label">
          Client metadata<span className="field-optional">optional</span>
        </span>
        {form.metadata.map((line, at) => {
          const set = (patch: Partial<typeof line>) =>
            change({
              metadata: form.metadata.map((each) => (each.id === line.id ? { ...each, ...patch } : each)),
            });
          return (
            <div key={line.id} className="metadata-line">
              <Line
                label={`Key ${at + 1}`}
                value={line.key}
                placeholder="host"
                onChange={(key) => set({ key })}
              />
              <Line
                label={`Value ${at + 1}`}
                value={line.template}
                placeholder="{host}"
                onChange={(template) => set({ template })}
              />
              <IconButton
                label={`Remove line ${at + 1}`}
                icon="close"
                onClick={() => change({ metadata: form.metadata.filter((each) => each.id !== line.id) })}
              />
              {example?.metadata[line.key.trim()] === undefined ? null : (
                <p className="field-hint metadata-example truncate">
                  For example <strong>{example.metadata[line.key.trim()]}</strong>
                </p>
              )}
            </div>
          );
        })}
        <Wrong text={problems.metadata} />
        {form.metadata.length > 0 && !problems.metadata ? (
          <p className="field-hint">
            {'{source}'} is the path, {'{host}'} this machine, {'{datetime}'} when the file was written,{' '}
            {'{sha256}'} its hash.
          </p>
        ) : null}
        <div>
          <Button size="s" icon="plus" onClick={addMetadata}>
            Add metadata
          </Button>
        </div>
      </div>
    </>
  );
}
