/** Datasets or storage folders. Stands in the head of both lists. */
import type { ReactElement } from 'react';
import { useUi } from '../../state/ui.ts';
import { Segmented } from '../../ui/Controls.tsx';

export function DatasetsSwitch(): ReactElement {
  const view = useUi((state) => state.datasetsView);
  return (
    <Segmented
      label="What to list"
      size="s"
      value={view}
      options={[
        { value: 'datasets', label: 'Datasets' },
        { value: 'storage', label: 'Storage folders' },
      ]}
      onChange={(datasetsView) => useUi.setState({ datasetsView })}
    />
  );
}
