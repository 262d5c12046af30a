/** The sections of the Settings page at its side: which there are, which one is read now, and the way to each. */
import { type ReactElement, type RefObject, useEffect, useState } from 'react';
import { Icon, type IconName } from '../../ui/Icon.tsx';

export interface IndexEntry {
  readonly title: string;
  readonly icon: IconName;
}

/** `Data folder` → `settings-data-folder`. */
export function sectionId(title: string): string {
  return `settings-${title.toLowerCase().replaceAll(' ', '-')}`;
}

/** What stays free above a section that is shown. */
const ABOVE_PX = 8;

/** Brings a section to the top of the page and gives it the focus; nothing where the page has none of that name. */
export function showSection(id: string): void {
  const section = document.getElementById(id);
  const page = section?.closest('.settings');
  if (!section || !page) return;
  // `scrollIntoView` would move the whole window where the page's end is in the way.
  page.scrollTop += section.getBoundingClientRect().top - page.getBoundingClientRect().top - ABOVE_PX;
  section.focus({ preventScroll: true });
}

/** How far under the page's top a section counts as the one that is read. */
const READ_AT_PX = 80;

function useRead(entries: readonly IndexEntry[], scroller: RefObject<HTMLElement | null>): string {
  const [read, setRead] = useState(entries[0]?.title ?? '');
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const look = () => {
      const top = element.getBoundingClientRect().top + READ_AT_PX;
      // The last ones never reach the top.
      const atEnd = element.scrollTop + element.clientHeight >= element.scrollHeight - 4;
      const passed = entries.filter(({ title }) => {
        const section = document.getElementById(sectionId(title));
        return section !== null && section.getBoundingClientRect().top <= top;
      });
      setRead(((atEnd ? entries : passed).at(-1) ?? entries[0])?.title ?? '');
    };
    element.addEventListener('scroll', look, { passive: true });
    return () => element.removeEventListener('scroll', look);
  }, [entries, scroller]);
  return read;
}

interface SectionIndexProps {
  entries: readonly IndexEntry[];
  scroller: RefObject<HTMLElement | null>;
}

export function SectionIndex({ entries, scroller }: SectionIndexProps): ReactElement {
  const read = useRead(entries, scroller);
  return (
    <nav className="settings-index" aria-label="Sections of the settings">
      <ul>
        {entries.map(({ title, icon }) => (
          <li key={title}>
            <a
              href={`#${sectionId(title)}`}
              className="settings-index-link"
              aria-current={title === read ? 'true' : undefined}
              onClick={(event) => {
                // The address of the page stays as it is: in the desktop program nothing may change it.
                event.preventDefault();
                showSection(sectionId(title));
              }}
            >
              <Icon name={icon} size={14} />
              {title}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
