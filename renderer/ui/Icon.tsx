/** The icon set: one 16 px line drawing each, 1.5 px strokes in the colour of the text around. Decoration only. */
import type { ReactElement, SVGProps } from 'react';

const PATHS = {
  upload: 'M8 10.5v-8M4.75 5.5 8 2.25l3.25 3.25M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2',
  dataset:
    'M2.75 4c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2S10.9 2 8 2s-5.25.9-5.25 2Zm0 0v8c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2V4M2.75 8c0 1.1 2.35 2 5.25 2s5.25-.9 5.25-2',
  settings: 'M2 4.5h6.5M12 4.5h2M2 11.5h2M7.5 11.5H14M10.25 2.75v3.5M5.75 9.75v3.5',
  watch:
    'M1.5 8S3.9 3.5 8 3.5 14.5 8 14.5 8 12.1 12.5 8 12.5 1.5 8 1.5 8ZM8 9.9a1.9 1.9 0 1 0 0-3.8 1.9 1.9 0 0 0 0 3.8Z',
  folderAway:
    'M2 2l12 12M5 3.25h1.1L7.6 5H13a1 1 0 0 1 1 1v5M12.5 12.75H3a1 1 0 0 1-1-1v-7.5c0-.3.1-.55.3-.75',
  activity: 'M1.75 8h2.5l2-4.75 3.5 9.5 2-4.75h2.5',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9ZM10.5 10.5 13.5 13.5',
  close: 'M4 4l8 8M12 4l-8 8',
  check: 'M3 8.5 6.5 12 13 4.5',
  chevronRight: 'M6 3.5 10.5 8 6 12.5',
  chevronDown: 'M3.5 6 8 10.5 12.5 6',
  chevronUpDown: 'M5 6.25 8 3.25l3 3M5 9.75l3 3 3-3',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  play: 'M4.75 3.2v9.6L12.5 8 4.75 3.2Z',
  top: 'M3.5 2.75h9M8 13.5V6M4.5 9.25 8 5.75l3.5 3.5',
  retry: 'M13 8a5 5 0 1 1-1.6-3.67M13.25 2v3.25H10',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  video: 'M2 4.5a1 1 0 0 1 1-1h6.5a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-7ZM10.5 7l3.5-2v6l-3.5-2',
  image:
    'M2 4a1.25 1.25 0 0 1 1.25-1.25h9.5A1.25 1.25 0 0 1 14 4v8a1.25 1.25 0 0 1-1.25 1.25h-9.5A1.25 1.25 0 0 1 2 12V4ZM2.25 11.25 5.5 8l3 3 1.75-1.75 3.5 3.5M10.75 6h.01',
  group:
    'M4.5 5.75a1 1 0 0 1 1-1h7.25a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1H5.5a1 1 0 0 1-1-1v-6.5ZM2.25 10.5V3.5a1 1 0 0 1 1-1h8',
  file: 'M4 2.25h5l3.25 3.25v7.25a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1v-9.5a1 1 0 0 1 1-1ZM9 2.25V5.5h3.25',
  folder: 'M2 4.25a1 1 0 0 1 1-1h3.1l1.5 1.75H13a1 1 0 0 1 1 1v5.75a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-7.5Z',
  key: 'M10.25 9.5a3.75 3.75 0 1 0-3.6-2.7L2.25 11.2v2.55H5v-1.5h1.5v-1.5l.95-.95c.8.45 1.7.7 2.8.7ZM11 5.5h.01',
  warn: 'M8 2.5 14.25 13.25H1.75L8 2.5ZM8 6.5v3M8 11.4h.01',
  fail: 'M5.3 2h5.4L14 5.3v5.4L10.7 14H5.3L2 10.7V5.3L5.3 2ZM8 5v3.5M8 10.9h.01',
  done: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.25 8.25l2 2 3.5-4.25',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 4.75V8l2.25 1.5',
  cancelled: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM5.25 8h5.5',
  question:
    'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM6.25 6.25C6.4 5.4 7.1 5 8 5c1 0 1.75.55 1.75 1.4C9.75 7.5 8 7.6 8 8.9M8 11h.01',
  info: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 7.5V11M8 5h.01',
  skip: 'M3 4l5 4-5 4V4ZM8.5 4l5 4-5 4V4Z',
  offline:
    'M2.5 2.5l11 11M4.6 8.6A5.4 5.4 0 0 1 6.3 7.5M2.3 6.2A8.6 8.6 0 0 1 4.4 4.8M7 4.1c2.5-.2 4.9.6 6.7 2.1M9.4 7.4c.8.3 1.4.7 2 1.2M6.5 10.7a2.4 2.4 0 0 1 2.9-.1M8 13h.01',
  copy: 'M5.5 5.5v-2a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-2M3.5 5.5h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1h-6a1 1 0 0 1-1-1v-6a1 1 0 0 1 1-1Z',
  sidebar:
    'M2 4a1.25 1.25 0 0 1 1.25-1.25h9.5A1.25 1.25 0 0 1 14 4v8a1.25 1.25 0 0 1-1.25 1.25h-9.5A1.25 1.25 0 0 1 2 12V4ZM6 2.75v10.5',
  external: 'M9.5 2.75h3.75V6.5M13 3 7.75 8.25M11.5 9.5v3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1h3',
  trash:
    'M2.5 4.25h11M6 4V2.75h4V4M4 4.25l.6 8.3a1 1 0 0 0 1 .95h4.8a1 1 0 0 0 1-.95l.6-8.3M6.6 7v3.75M9.4 7v3.75',
  computer:
    'M3 2.75h10a1 1 0 0 1 1 1v6.5a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1v-6.5a1 1 0 0 1 1-1ZM5.5 13.75h5M8 11.25v2.5',
  server:
    'M3 2.5h10a1 1 0 0 1 1 1v2.75a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V3.5a1 1 0 0 1 1-1ZM3 8.75h10a1 1 0 0 1 1 1v2.75a1 1 0 0 1-1 1H3a1 1 0 0 1-1-1V9.75a1 1 0 0 1 1-1ZM4.75 4.9h.01M4.75 11.1h.01',
  lock: 'M4 7h8a1 1 0 0 1 1 1v4.75a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1ZM5 7V5a3 3 0 0 1 6 0v2',
  receipt:
    'M3.5 2.25l1.5 1 1.5-1 1.5 1 1.5-1 1.5 1 1.5-1v11.5l-1.5-1-1.5 1-1.5-1-1.5 1-1.5-1-1.5 1V2.25ZM6 6.25h4M6 9h4',
  compare:
    'M6.5 3H3.25a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1H6.5M9.5 3h3.25a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H9.5M8 1.75v12.5',
  arrowRight: 'M3 8h10M9 4l4 4-4 4',
  user: 'M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8ZM2.75 13.75c.4-2.6 2.5-4 5.25-4s4.85 1.4 5.25 4',
  filter: 'M2 4h12M4.5 8h7M6.75 12h2.5',
  columns:
    'M2 4a1.25 1.25 0 0 1 1.25-1.25h9.5A1.25 1.25 0 0 1 14 4v8a1.25 1.25 0 0 1-1.25 1.25h-9.5A1.25 1.25 0 0 1 2 12V4ZM6 2.75v10.5M10 2.75v10.5',
  download: 'M8 2.5v8M4.75 7.5 8 10.75l3.25-3.25M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2',
  edit: 'M10.75 2.75l2.5 2.5L5.5 13H3v-2.5l7.75-7.75ZM9 4.5 11.5 7',
  braces:
    'M6 2.75c-1.5 0-2 .6-2 1.75v1.75C4 7.4 3.4 8 2.25 8 3.4 8 4 8.6 4 9.75v1.75c0 1.15.5 1.75 2 1.75M10 2.75c1.5 0 2 .6 2 1.75v1.75c0 1.15.6 1.75 1.75 1.75C12.6 8 12 8.6 12 9.75v1.75c0 1.15-.5 1.75-2 1.75',
  convert: 'M2.5 6.5h10L9.75 3.75M13.5 9.5h-10l2.75 2.75',
  arrowUp: 'M8 13V3M4 7l4-4 4 4',
  arrowDown: 'M8 3v10M4 9l4 4 4-4',
  minus: 'M3.5 8h9',
} as const;

export type IconName = keyof typeof PATHS;

interface IconProps extends Omit<SVGProps<SVGSVGElement>, 'name'> {
  name: IconName;
  size?: number;
}

export function Icon({ name, size = 16, ...rest }: IconProps): ReactElement {
  return (
    <svg
      viewBox="0 0 16 16"
      width={size}
      height={size}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2 : 1.5}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...rest}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The program's mark, in the accent colour. */
export function Mark({ size = 20 }: { size?: number }): ReactElement {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <path
        d="M16 21.5V9.5M10.5 14.5 16 9l5.5 5.5M9.5 24.5h13"
        fill="none"
        stroke="#fff"
        strokeWidth="2.6"
        strokeLinecap="round"
        strokeLinejoin="round"
      />
    </svg>
  );
}

export function Spinner({ size = 16 }: { size?: number }): ReactElement {
  return (
    <svg
      className="spinner"
      viewBox="0 0 16 16"
      width={size}
      height={size}
      aria-hidden="true"
      focusable="false"
    >
      <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.75" opacity="0.22" />
      <path
        d="M14 8a6 6 0 0 0-6-6"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.75"
        strokeLinecap="round"
      />
    </svg>
  );
}
