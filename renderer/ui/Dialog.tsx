/** Dialogs: one question or one task over the page. Escape closes, the focus goes back to where it was. */
import { Dialog as Radix } from 'radix-ui';
import { type ReactElement, type ReactNode, useCallback, useRef } from 'react';
import { IconButton } from './Button.tsx';
import { focusAnchor, restoreFocus } from './focus.ts';

const FIRST_FIELD = '.dialog-body :is(input, textarea):not([tabindex="-1"])';

interface DialogProps {
  open: boolean;
  /** Escape, the cross, or a click beside it. */
  onClose: () => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  footer?: ReactNode;
  size?: 's' | 'm' | 'l' | 'xl';
  /** False: a click beside the dialog does not close it, for work that would be lost. */
  closeOnOutside?: boolean;
  /** An element that takes the focus at opening; the first control otherwise. */
  initialFocus?: () => HTMLElement | null;
}

export function Dialog({
  open,
  onClose,
  title,
  description,
  children,
  footer,
  size = 'm',
  closeOnOutside = true,
  initialFocus,
}: DialogProps): ReactElement {
  const anchor = useRef<HTMLElement | null>(null);
  // Not in `onOpenAutoFocus`, which is not called where a field has taken the focus by itself.
  const drawn = useCallback((content: HTMLElement | null) => {
    if (content) anchor.current ??= focusAnchor(content);
  }, []);
  return (
    <Radix.Root open={open} onOpenChange={(next) => (next ? undefined : onClose())}>
      <Radix.Portal>
        {/* Not Radix' own overlay: that one injects a <style> element, which the CSP refuses. */}
        <div className="scrim" data-floating="" />
        <Radix.Content
          ref={drawn}
          className={`dialog dialog-${size}`}
          data-floating=""
          {...(description ? {} : { 'aria-describedby': undefined })}
          onOpenAutoFocus={(event) => {
            event.preventDefault();
            const content = event.currentTarget;
            if (!(content instanceof HTMLElement) || content.contains(document.activeElement)) return;
            // Not the cross, which Radix would take as the first control: its tooltip would open with the dialog.
            (initialFocus?.() ?? content.querySelector<HTMLElement>(FIRST_FIELD) ?? content).focus();
          }}
          onCloseAutoFocus={(event) => {
            event.preventDefault();
            restoreFocus(anchor.current);
            anchor.current = null;
          }}
          onInteractOutside={(event) => {
            if (!closeOnOutside) event.preventDefault();
          }}
        >
          <div className="dialog-head">
            <div className="grow">
              <Radix.Title asChild>
                <h2>{title}</h2>
              </Radix.Title>
              {description ? (
                <Radix.Description className="dialog-lead">{description}</Radix.Description>
              ) : null}
            </div>
            <IconButton label="Close" icon="close" keys="esc" onClick={onClose} className="dialog-close" />
          </div>
          {children}
          {footer ? <div className="dialog-foot">{footer}</div> : null}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
