/** Catches what a page throws while drawing: the rest of the window, and the uploads, go on. */
import { Component, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { DrawingUnplugged } from './Drawings.tsx';
import { EmptyState } from './Feedback.tsx';

interface Props {
  /** Changes with the page: another page is another chance. */
  resetKey: string;
  children: ReactNode;
}

export class Boundary extends Component<Props, { failed: boolean; key: string }> {
  override state = { failed: false, key: this.props.resetKey };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  static getDerivedStateFromProps(props: Props, state: { failed: boolean; key: string }) {
    return props.resetKey === state.key ? null : { failed: false, key: props.resetKey };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <EmptyState
        drawing={<DrawingUnplugged />}
        title="This page could not be drawn"
        action={
          <Button variant="primary" onClick={() => this.setState({ failed: false })}>
            Draw it again
          </Button>
        }
      >
        Uploads are not touched by this and go on. If it happens again, restart the program.
      </EmptyState>
    );
  }
}
