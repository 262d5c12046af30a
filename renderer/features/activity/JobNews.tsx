/** Tells a screen reader what became of long work, politely and not at every tick. Drawn once, by the frame. */
import type { ReactElement } from 'react';
import { useJobs } from '../../state/jobs.ts';

export function JobNews(): ReactElement {
  const news = useJobs((state) => state.news);
  return (
    <p className="visually-hidden" aria-live="polite" data-testid="job-news">
      {news}
    </p>
  );
}
