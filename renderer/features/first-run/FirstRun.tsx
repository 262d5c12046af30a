/** The first minutes: connect an account, pick or create a dataset; dropping comes on the page after. */
import { Fragment, type ReactElement } from 'react';
import { activeAccount, useApp } from '../../state/app.ts';
import { chooseDestination, openDialog, useUi } from '../../state/ui.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon, Mark } from '../../ui/Icon.tsx';
import { SignIn } from '../accounts/SignIn.tsx';
import { DatasetPickList } from '../datasets/DatasetPickList.tsx';

const STEPS = ['Connect', 'Choose a dataset', 'Drop files'] as const;

function Steps({ now }: { now: number }): ReactElement {
  return (
    <ol className="steps" aria-label="Steps">
      {STEPS.map((step, index) => (
        <Fragment key={step}>
          {index > 0 ? <li className="step-line" aria-hidden="true" /> : null}
          <li
            className={`step${index < now ? ' step-done' : ''}`}
            aria-current={index === now ? 'step' : undefined}
          >
            <span className="step-mark">{index < now ? <Icon name="check" size={11} /> : index + 1}</span>
            {step}
          </li>
        </Fragment>
      ))}
    </ol>
  );
}

export function FirstRun(): ReactElement {
  const account = useApp((state) => activeAccount(state.snapshot));
  return (
    <div className="first-run">
      <div className="first-run-inner">
        <div className="first-run-brand">
          <Mark size={28} />
          Encord Uploader
        </div>
        <Steps now={account ? 1 : 0} />
        {account ? <ChooseDataset accountId={account.id} accountName={account.name} /> : <Connect />}
      </div>
    </div>
  );
}

function Connect(): ReactElement {
  const keychain = useApp((state) => state.snapshot?.keychain.kind === 'ready');
  return (
    <>
      <h1>Connect to Encord</h1>
      <p className="first-run-lead">
        Use the private key whose public half is registered in your Encord account, or make a key here.
        {keychain ? ' It is kept in this machine’s keychain.' : ''}
      </p>
      <SignIn onDone={() => undefined} />
    </>
  );
}

function ChooseDataset({ accountId, accountName }: { accountId: string; accountName: string }): ReactElement {
  return (
    <>
      <h1>Where should files go?</h1>
      <p className="first-run-lead">
        Connected as {accountName}. Choose the dataset that your first drop goes to. You can choose another
        one at every review.
      </p>
      <div className="first-run-list">
        <DatasetPickList
          chosenId={null}
          onChoose={(dataset) => chooseDestination(accountId, dataset)}
          autoFocus
        />
      </div>
      <div className="first-run-foot">
        <Button icon="plus" onClick={() => openDialog('create-dataset')}>
          Create dataset
        </Button>
        <Button
          variant="ghost"
          onClick={() => useUi.setState((state) => ({ laterFor: [...state.laterFor, accountId] }))}
        >
          Choose later
        </Button>
      </div>
    </>
  );
}
