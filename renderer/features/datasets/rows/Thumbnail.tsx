/** A small picture of a row, a frame or an item, where there is one, else the icon of its type. Used by lists of them. */
import type { ReactElement } from 'react';
import { keyOf, type Picture, useThumbnail } from '../../../state/thumbnails.ts';
import { Icon, type IconName } from '../../../ui/Icon.tsx';

interface ThumbnailProps {
  picture: Picture;
  icon: IconName;
  /** Encord's word in either case; only images and videos have pictures. */
  type: string;
}

export function Thumbnail({ picture, icon, type }: ThumbnailProps): ReactElement {
  const frame = 'imageHash' in picture && picture.imageHash !== null;
  const pictured = frame || /^(image|video)$/i.test(type);
  return (
    <span className="thumb" aria-hidden="true">
      {pictured ? (
        <Pictured key={keyOf(picture)} picture={picture} icon={icon} />
      ) : (
        <Icon name={icon} className="faint" size={14} />
      )}
    </span>
  );
}

function Pictured({ picture, icon }: Pick<ThumbnailProps, 'picture' | 'icon'>): ReactElement {
  const { media, forget } = useThumbnail(picture);
  if (media?.kind === 'media' && media.as === 'image')
    return <img className="thumb-media" src={media.path} alt="" decoding="async" onError={forget} />;
  if (media?.kind === 'media' && media.as === 'video')
    return (
      <>
        {/* The fragment makes engines draw a frame that would else wait for the first play. */}
        <video
          className="thumb-media"
          src={`${media.path}#t=0.1`}
          muted
          playsInline
          preload="metadata"
          tabIndex={-1}
          onError={forget}
        />
        <Icon name="play" size={10} className="thumb-play" />
      </>
    );
  return <Icon name={icon} className="faint" size={14} />;
}
