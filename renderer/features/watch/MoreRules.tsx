/** The rules that most folders leave as they are: finished when, groups, changes, afterwards. Used by `StepWhat`. */
import type { ReactElement } from 'react';
import { change, problemsNow, useDraft } from '../../state/watch-draft.ts';
import type { RulesForm } from '../../state/watch-form.ts';
import { Segmented } from '../../ui/Controls.tsx';
import { Select } from '../../ui/Select.tsx';
import { Amount, Globs, Line, SettingLine, Sign } from './fields.tsx';

/** The largest number of seconds that the contract takes: a year. */
const YEAR = 31_536_000;

export function MoreRules({ form }: { form: RulesForm }): ReactElement {
  return (
    <div className="more-body">
      <Finished form={form} />
      {form.becomes === 'files' ? null : <Groups form={form} />}
      <Afterwards form={form} />
    </div>
  );
}

function Finished({ form }: { form: RulesForm }): ReactElement {
  const problems = problemsNow(useDraft());
  return (
    <section>
      <h3>A file is finished when</h3>
      <Segmented
        label="How the signs count"
        size="s"
        value={form.combine}
        onChange={(combine) => change({ combine })}
        options={[
          { value: 'all', label: 'all of these hold' },
          { value: 'any', label: 'one of these is enough' },
        ]}
      />
      <Sign
        label="Nothing changes for a while"
        hint="Its size and time stay the same. Larger files are given longer."
        on={form.quietOn}
        onSwitch={(quietOn) => change({ quietOn })}
      >
        <Amount
          label="Quiet time"
          unit="seconds"
          value={form.quietSeconds}
          least={0.1}
          most={YEAR}
          onChange={(quietSeconds) => change({ quietSeconds })}
        />
        <Amount
          label="More quiet time"
          unit="more for each GB"
          value={form.quietSecondsPerGB}
          least={0}
          most={YEAR}
          onChange={(quietSecondsPerGB) => change({ quietSecondsPerGB })}
        />
      </Sign>
      <Sign
        label="No program is writing it"
        hint="A file that another program has open for writing waits, where the system tells."
        on={form.notOpen}
        onSwitch={(notOpen) => change({ notOpen })}
      />
      <Sign
        label="Its end is there"
        hint="MP4, MOV, PNG, JPEG, TIFF, WebM and MKV show whether they are whole."
        on={form.complete}
        onSwitch={(complete) => change({ complete })}
      />
      <Sign
        label="It was renamed into place"
        hint="A file that got its final name from an unfinished one need not be quiet first."
        on={form.renamed}
        onSwitch={(renamed) => change({ renamed })}
      />
      <Sign
        label="A marker file says so"
        hint="Your instrument writes a second file beside it when it is done."
        on={form.markerOn}
        onSwitch={(markerOn) => change({ markerOn })}
      >
        <Line
          label="Name of the marker"
          value={form.marker}
          error={problems.marker}
          onChange={(marker) => change({ marker })}
        />
      </Sign>
      <Sign
        label="A list names it"
        hint="A file in the same folder lists names with sizes or hashes, and they fit."
        on={form.manifestOn}
        onSwitch={(manifestOn) => change({ manifestOn })}
      >
        <Line
          label="Name of the list"
          value={form.manifest}
          error={problems.manifest}
          onChange={(manifest) => change({ manifest })}
        />
      </Sign>
      <Globs
        label="Names that mean “still being written”"
        value={form.unfinishedNames}
        placeholder="*.writing"
        hint="One a line. The usual ones always do: .part, .tmp, .partial, .crdownload, ~$ and the like."
        error={problems.names}
        onChange={(unfinishedNames) => change({ unfinishedNames })}
      />
      <SettingLine label="Say that a file is stuck" hint="It is watched on all the same.">
        <Amount
          label="Stuck after"
          unit="minutes"
          per={60}
          value={form.stuckAfterSeconds}
          least={1 / 60}
          most={YEAR / 60}
          onChange={(stuckAfterSeconds) => change({ stuckAfterSeconds: Math.round(stuckAfterSeconds) })}
        />
      </SettingLine>
    </section>
  );
}

function Groups({ form }: { form: RulesForm }): ReactElement {
  const problems = problemsNow(useDraft());
  return (
    <section>
      <h3>A group is complete when</h3>
      <Segmented
        label="A group is complete when"
        size="s"
        value={form.close}
        onChange={(close) => change({ close })}
        options={[
          { value: 'quiet', label: 'nothing comes' },
          { value: 'count', label: 'enough are there' },
          { value: 'marker', label: 'a marker says so' },
          { value: 'manifest', label: 'a list is met' },
        ]}
      />
      {form.close === 'quiet' ? (
        <span className="inline">
          No file of it came or changed for
          <Amount
            label="Quiet time of a group"
            unit="seconds"
            value={form.closeSeconds}
            least={0.1}
            most={YEAR}
            onChange={(closeSeconds) => change({ closeSeconds })}
          />
        </span>
      ) : form.close === 'count' ? (
        <span className="inline">
          It has
          <Amount
            label="Files of a group"
            unit="files"
            whole
            value={form.closeCount}
            least={1}
            most={1_000_000}
            onChange={(closeCount) => change({ closeCount })}
          />
        </span>
      ) : form.close === 'marker' ? (
        <Line
          label="Marker of a group"
          value={form.closeMarker}
          error={problems.close}
          onChange={(closeMarker) => change({ closeMarker })}
        />
      ) : (
        <Line
          label="List of a group"
          value={form.closeManifest}
          error={problems.close}
          onChange={(closeManifest) => change({ closeManifest })}
        />
      )}
      <SettingLine label="A frame’s number is missing" hint="It is waited for.">
        <Amount
          label="Wait for missing frames"
          unit="minutes, then"
          per={60}
          value={form.missingWaitSeconds}
          least={0}
          most={YEAR / 60}
          onChange={(missingWaitSeconds) => change({ missingWaitSeconds })}
        />
        <Select
          label="Then"
          value={form.missingOtherwise}
          options={[
            { value: 'ask', label: 'Ask me' },
            { value: 'take', label: 'Go without it' },
          ]}
          onChange={(missingOtherwise) => change({ missingOtherwise })}
        />
      </SettingLine>
      <SettingLine label="Most frames of one group" hint="Encord takes no more than 10,000 at a time.">
        <Amount
          label="Most frames"
          unit="frames"
          whole
          value={form.maxFrames}
          least={1}
          most={1_000_000}
          onChange={(maxFrames) => change({ maxFrames })}
        />
      </SettingLine>
    </section>
  );
}

function Afterwards({ form }: { form: RulesForm }): ReactElement {
  return (
    <section>
      <h3>Afterwards</h3>
      <SettingLine label="A file changes after it was taken">
        <Select
          label="A file changes after it was taken"
          value={form.changed}
          options={[
            { value: 'upload', label: 'Upload the new version' },
            { value: 'ask', label: 'Ask me' },
            { value: 'ignore', label: 'Leave it' },
          ]}
          onChange={(changed) => change({ changed })}
        />
      </SettingLine>
      <SettingLine
        label="When Encord has confirmed a file"
        hint={
          form.after === 'keep'
            ? null
            : 'Only the very bytes that were uploaded: a file that changed meanwhile stays.'
        }
      >
        {form.after === 'trash' ? (
          <Amount
            label="Days until the trash"
            unit="days later"
            per={86_400}
            value={form.graceSeconds}
            least={0}
            most={365}
            onChange={(graceSeconds) => change({ graceSeconds })}
          />
        ) : null}
        <Select
          label="When Encord has confirmed a file"
          value={form.after}
          options={[
            { value: 'keep', label: 'Leave it where it is' },
            { value: 'move', label: 'Move it', hint: 'Into uploaded/ and the day, with its folders' },
            { value: 'trash', label: 'Put it into the trash', hint: 'Some days later' },
          ]}
          onChange={(after) => change({ after })}
        />
      </SettingLine>
      <SettingLine label="How changes are noticed">
        {form.find === 'poll' ? (
          <Amount
            label="Look every"
            unit="seconds"
            value={form.pollSeconds}
            least={0.1}
            most={86_400}
            onChange={(pollSeconds) => change({ pollSeconds })}
          />
        ) : null}
        <Select
          label="How changes are noticed"
          value={form.find}
          options={[
            { value: 'auto', label: 'Automatic', hint: 'The program finds out what works' },
            { value: 'poll', label: 'Look again and again', hint: 'For shares that send no events' },
          ]}
          onChange={(find) => change({ find })}
        />
      </SettingLine>
    </section>
  );
}
