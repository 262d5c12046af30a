/** Small controls: a switch, a segmented choice, a progress bar. */
import { Switch as RadixSwitch, ToggleGroup } from 'radix-ui';
import type { ReactElement, ReactNode } from 'react';

interface SwitchProps {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
}

export function Switch({ label, checked, onChange, disabled = false }: SwitchProps): ReactElement {
  return (
    <RadixSwitch.Root
      className="switch"
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onCheckedChange={onChange}
    >
      <RadixSwitch.Thumb className="switch-thumb" />
    </RadixSwitch.Root>
  );
}

interface SegmentedProps<V extends string> {
  label: string;
  value: V;
  options: readonly {
    value: V;
    label: ReactNode;
    count?: string | undefined;
    tone?: 'fail' | 'warn' | undefined;
  }[];
  onChange: (value: V) => void;
  size?: 'm' | 's';
  disabled?: boolean;
}

/** One of a few, all in sight. Arrow keys move between them. */
export function Segmented<V extends string>({
  label,
  value,
  options,
  onChange,
  size = 'm',
  disabled = false,
}: SegmentedProps<V>): ReactElement {
  return (
    <ToggleGroup.Root
      type="single"
      className={`segmented segmented-${size}`}
      aria-label={label}
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        const option = options.find((each) => each.value === next);
        if (option) onChange(option.value);
      }}
    >
      {options.map((option) => (
        <ToggleGroup.Item key={option.value} value={option.value} className="segment">
          {option.label}
          {option.count ? (
            <span className={`segment-count${option.tone ? ` tone-${option.tone}` : ''}`}>
              {option.count}
            </span>
          ) : null}
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}

interface ProgressProps {
  label: string;
  /** 0 to 1; null where nothing is known. */
  value: number | null;
  tone?: 'accent' | 'done' | 'fail' | 'warn' | 'quiet';
}

/** A thin bar that moves smoothly. A transform, so that moving it costs no layout. */
export function Progress({ label, value, tone = 'accent' }: ProgressProps): ReactElement {
  const share = value === null ? 0 : Math.min(1, Math.max(0, value));
  return (
    <div
      className={`progress progress-${tone}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={value === null ? undefined : Math.round(share * 100)}
    >
      <div
        className={value === null ? 'progress-fill progress-unknown' : 'progress-fill'}
        style={value === null ? undefined : { transform: `scaleX(${share})` }}
      />
    </div>
  );
}
