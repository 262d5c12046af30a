/**
 * A link to a page of Encord's web app. It opens a new tab in browser mode; in Electron the window hands it to the system's
 * browser, if its host is one that the program knows.
 */
import type { ReactElement, ReactNode } from 'react';
import { Icon } from './Icon.tsx';

interface ExternalLinkProps {
  /** As main told it. */
  url: string;
  children: ReactNode;
  className?: string;
}

export function ExternalLink({ url, children, className = 'inline-link' }: ExternalLinkProps): ReactElement {
  return (
    <a className={`external ${className}`} href={url} target="_blank" rel="noopener noreferrer">
      {children}
      <Icon name="external" size={12} />
      <span className="visually-hidden">(opens in a browser)</span>
    </a>
  );
}
