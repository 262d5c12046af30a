/** Small line drawings for empty states. Decoration only. */
import type { ReactElement, ReactNode } from 'react';

function Drawing({ children }: { children: ReactNode }): ReactElement {
  return (
    <svg
      className="drawing"
      viewBox="0 0 160 112"
      width="160"
      height="112"
      fill="none"
      strokeWidth="1.5"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  );
}

/** Pictures and a film falling into a tray. */
export function DrawingDrop(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128" />
      <g transform="rotate(-9 50 40)">
        <rect className="draw-card" x="26" y="20" width="48" height="38" rx="5" />
        <path className="draw-line" d="m30 52 12-13 9 9 6-6 13 12" />
        <circle className="draw-line" cx="61" cy="31" r="3.5" />
      </g>
      <g transform="rotate(7 108 36)">
        <rect className="draw-card" x="84" y="14" width="50" height="40" rx="5" />
        <path
          className="draw-line"
          d="M91 14v40M127 14v40M84 24h7M84 34h7M84 44h7M127 24h7M127 34h7M127 44h7"
        />
        <path className="draw-accent" d="m105 28 11 6.5-11 6.5V28Z" />
      </g>
      <path className="draw-accent" d="M80 48v26M71 66l9 9 9-9" />
      <path className="draw-card" d="M30 78h26l6 9h36l6-9h26v17a7 7 0 0 1-7 7H37a7 7 0 0 1-7-7V78Z" />
    </Drawing>
  );
}

/** A cylinder with rows. */
export function DrawingDataset(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128" />
      <path className="draw-card" d="M44 24v66c0 6.6 16 12 36 12s36-5.4 36-12V24" />
      <ellipse className="draw-card" cx="80" cy="24" rx="36" ry="12" />
      <path
        className="draw-line"
        d="M44 46c0 6.6 16 12 36 12s36-5.4 36-12M44 68c0 6.6 16 12 36 12s36-5.4 36-12"
      />
      <path className="draw-accent" d="M56 42h.01M56 64h.01M56 87h.01" strokeWidth="4" />
    </Drawing>
  );
}

/** A magnifying glass over lines that do not match. */
export function DrawingNothing(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128M34 28h50M34 44h34M34 60h42M34 76h30" />
      <circle className="draw-card" cx="96" cy="52" r="24" />
      <path className="draw-accent" d="m114 70 18 18" />
      <path className="draw-line" d="M86 52h20" />
    </Drawing>
  );
}

/** A plug out of its socket. */
export function DrawingUnplugged(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128" />
      <path className="draw-line" d="M8 56h30" />
      <path className="draw-card" d="M38 42h14a14 14 0 0 1 0 28H38V42Z" />
      <path className="draw-line" d="M66 49h9M66 63h9" />
      <path className="draw-card" d="M122 42h-14a14 14 0 0 0 0 28h14V42Z" />
      <path className="draw-line" d="M122 56h30" />
      <path className="draw-accent" d="m80 30-4-8M86 28V18M92 30l4-8" />
    </Drawing>
  );
}

/** A tick in a circle, for lists that are empty because all is well. */
export function DrawingClear(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128" />
      <circle className="draw-card" cx="80" cy="56" r="32" />
      <path className="draw-accent" d="m66 57 10 10 19-22" />
      <path className="draw-line" d="M122 26h.01M36 32h.01M128 74h.01M32 78h.01" strokeWidth="3" />
    </Drawing>
  );
}

/** A folder that files fall into by themselves, and an eye on it. */
export function DrawingWatch(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128" />
      <path
        className="draw-card"
        d="M40 44a6 6 0 0 1 6-6h20l8 9h40a6 6 0 0 1 6 6v45a6 6 0 0 1-6 6H46a6 6 0 0 1-6-6V44Z"
      />
      <path className="draw-line" d="M56 12h.01M80 6v18M104 12h.01M74 18l6 6 6-6" />
      <path className="draw-accent" d="M56 77s9-15 24-15 24 15 24 15-9 15-24 15-24-15-24-15Z" />
      <circle className="draw-accent" cx="80" cy="77" r="6" />
    </Drawing>
  );
}

/** Three lines of work: one done, one under way, one to come. */
export function DrawingActivity(): ReactElement {
  return (
    <Drawing>
      <path className="draw-faint" d="M16 104h128" />
      <rect className="draw-card" x="34" y="14" width="92" height="76" rx="7" />
      <circle className="draw-line" cx="51" cy="32" r="6" />
      <path className="draw-line" d="m48.5 32 2 2 3-4M66 32h44" />
      <circle className="draw-line" cx="51" cy="52" r="6" />
      <path className="draw-accent" d="M51 46a6 6 0 0 1 6 6M66 52h26" />
      <path className="draw-faint" d="M98 52h12" />
      <circle className="draw-line" cx="51" cy="72" r="6" strokeDasharray="2.5 3" />
      <path className="draw-faint" d="M66 72h44" />
    </Drawing>
  );
}
