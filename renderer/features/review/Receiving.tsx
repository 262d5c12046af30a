/** Browser mode: the dropped bytes on their way to the machine that uploads them. */
import type { ReactElement } from 'react';
import { receiveAgain, useReview } from '../../state/review.ts';
import { Button } from '../../ui/Button.tsx';
import { Progress } from '../../ui/Controls.tsx';
import { Banner } from '../../ui/Feedback.tsx';
import { count, plural, sizeOf } from '../../ui/format.ts';
import { Icon } from '../../ui/Icon.tsx';

export function Receiving(): ReactElement | null {
  const receiving = useReview((state) => state.receiving);
  if (!receiving) return null;
  const { step, files, bytes, sentFiles, sentBytes, failure } = receiving;
  const walking = step === 'walking';
  return (
    <div className="receiving">
      <div className="receiving-way" aria-hidden="true">
        <Icon name="computer" size={28} />
        <span className="receiving-dots" />
        <Icon name="server" size={28} />
      </div>
      <h2>{walking ? `${plural(files, 'file')} found` : 'Sending the files to the uploader'}</h2>
      <p className="muted">
        {walking
          ? 'Looking into the folders that were dropped.'
          : 'They are kept in its data folder and uploaded to Encord from there.'}
      </p>
      <div className="receiving-bar">
        <Progress
          label="Files sent to the uploader"
          value={walking ? null : bytes > 0 ? sentBytes / bytes : sentFiles / Math.max(1, files)}
          tone={failure ? 'fail' : 'accent'}
        />
        {walking ? null : (
          <p className="small muted">
            {count(sentFiles)} of {plural(files, 'file')} · {sizeOf(sentBytes, bytes)}
          </p>
        )}
      </div>
      {failure ? (
        <Banner
          tone="fail"
          title="The files did not all arrive"
          actions={
            <Button size="s" icon="retry" onClick={receiveAgain}>
              Send again
            </Button>
          }
        >
          {failure}
        </Banner>
      ) : null}
    </div>
  );
}
