/** What the program says beside its lists: banners, empty states, badges. */
import type { ReactElement, ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

export type Tone = 'neutral' | 'accent' | 'done' | 'warn' | 'fail';

const TONE_ICON: Record<Tone, IconName> = {
  neutral: 'info',
  accent: 'info',
  done: 'done',
  warn: 'warn',
  fail: 'fail',
};

interface BannerProps {
  tone?: Tone;
  icon?: IconName;
  title?: ReactNode;
  children?: ReactNode;
  actions?: ReactNode;
}

/** A sentence that stays until what it says is no longer so. */
export function Banner({ tone = 'neutral', icon, title, children, actions }: BannerProps): ReactElement {
  return (
    <div className={`banner banner-${tone}`} role={tone === 'fail' || tone === 'warn' ? 'alert' : 'status'}>
      <Icon name={icon ?? TONE_ICON[tone]} />
      <div className="banner-body">
        {title ? <p className="banner-title">{title}</p> : null}
        {children ? <div className="banner-text selectable">{children}</div> : null}
      </div>
      {actions ? <div className="banner-actions">{actions}</div> : null}
    </div>
  );
}

interface EmptyProps {
  drawing: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}

/** Says what will be here, and the one thing to do. */
export function EmptyState({ drawing, title, children, action }: EmptyProps): ReactElement {
  return (
    <div className="empty">
      <div className="empty-drawing">{drawing}</div>
      <h2>{title}</h2>
      {children ? <div className="empty-text">{children}</div> : null}
      {action ? <div className="empty-action">{action}</div> : null}
    </div>
  );
}

export function Badge({ tone = 'neutral', children }: { tone?: Tone; children: ReactNode }): ReactElement {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}
