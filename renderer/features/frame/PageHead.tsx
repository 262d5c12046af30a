/** A page's title row: its name, a search, and its one primary button. */
import type { ReactElement, ReactNode } from 'react';

interface PageHeadProps {
  title: ReactNode;
  lead?: ReactNode;
  before?: ReactNode;
  children?: ReactNode;
}

export function PageHead({ title, lead, before, children }: PageHeadProps): ReactElement {
  return (
    <header className="page-head">
      {before}
      <div className="page-title">
        <h1 className="truncate">{title}</h1>
        {lead ? <p className="truncate muted small">{lead}</p> : null}
      </div>
      <div className="page-tools">{children}</div>
    </header>
  );
}
