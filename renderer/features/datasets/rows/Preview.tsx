/** Something of a row or a storage item to look at or to listen to, as large as there is room. Used by their panels. */
import { type ReactElement, useEffect, useState } from 'react';
import type { MediaView } from '../../../../preload/contract/manage.ts';
import { keyOf, mediaOf, type Picture } from '../../../state/thumbnails.ts';
import { Button } from '../../../ui/Button.tsx';
import { Icon, type IconName, Spinner } from '../../../ui/Icon.tsx';

interface PreviewProps {
  picture: Picture;
  /** Said to those who cannot see it. */
  name: string;
  icon: IconName;
}

type Shown =
  | { readonly at: 'asking' }
  | { readonly at: 'here'; readonly media: MediaView }
  | { readonly at: 'failed'; readonly why: string };

/** Whoever walks through rows by keys looks at few of them: only where they rest is anything fetched. */
const REST_MS = 160;

export function Preview({ picture, name, icon }: PreviewProps): ReactElement {
  const key = keyOf(picture);
  const [shown, setShown] = useState<Shown>({ at: 'asking' });
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the key is the picture; another turn asks for it again.
  useEffect(() => {
    let left = false;
    setShown({ at: 'asking' });
    const timer = setTimeout(async () => {
      const answer = await mediaOf(picture, 'whole');
      if (left) return;
      setShown(answer.ok ? { at: 'here', media: answer.value } : { at: 'failed', why: answer.error.message });
    }, REST_MS);
    return () => {
      left = true;
      clearTimeout(timer);
    };
  }, [key, turn]);
  return (
    <div className="preview">
      {shown.at === 'asking' ? (
        <span role="status">
          <Spinner />
          <span className="visually-hidden">Fetching the preview</span>
        </span>
      ) : shown.at === 'failed' ? (
        <Without icon="warn" why={shown.why} again={() => setTurn(turn + 1)} />
      ) : (
        <Media
          media={shown.media}
          name={name}
          icon={icon}
          onBroken={() => setShown({ at: 'failed', why: 'It could not be shown here.' })}
        />
      )}
    </div>
  );
}

interface MediaProps {
  media: MediaView;
  name: string;
  icon: IconName;
  onBroken: () => void;
}

function Media({ media, name, icon, onBroken }: MediaProps): ReactElement {
  if (media.kind === 'none') return <Without icon={icon} why={media.why} />;
  switch (media.as) {
    case 'image':
      return <img className="preview-media" src={media.path} alt={name} onError={onBroken} />;
    case 'video':
      return (
        // biome-ignore lint/a11y/useMediaCaption: recordings of instruments have no captions.
        <video
          className="preview-media"
          src={media.path}
          controls
          playsInline
          preload="metadata"
          aria-label={name}
          onError={onBroken}
        />
      );
    case 'audio':
      return (
        // biome-ignore lint/a11y/useMediaCaption: recordings of instruments have no captions.
        <audio
          className="preview-audio"
          src={media.path}
          controls
          preload="metadata"
          aria-label={name}
          onError={onBroken}
        />
      );
    case 'other':
      return <Without icon={icon} why="There is no preview of this type here." />;
  }
}

function Without({ icon, why, again }: { icon: IconName; why: string; again?: () => void }): ReactElement {
  return (
    <div className="preview-none">
      <Icon name={icon} size={24} className="faint" />
      <p className="small muted selectable">{why}</p>
      {again ? (
        <Button size="s" icon="retry" onClick={again}>
          Try again
        </Button>
      ) : null}
    </div>
  );
}
