/** Where the pages start: styles, state, and the frame in `#root`. Loaded by `index.html` in both hosts. */
import './ui/tokens.css';
import './ui/base.css';
import './ui/controls.css';
import './ui/lists.css';
import './ui/floating.css';
import './features/frame/frame.css';
import './features/uploads/uploads.css';
import './features/review/review.css';
import './features/review/browse.css';
import './features/datasets/datasets.css';
import './features/datasets/filters.css';
import './features/add-data/attach.css';
import './features/add-data/cloud.css';
import './features/datasets/rows/rows.css';
import './features/datasets/rows/row-panel.css';
import './features/datasets/rows/row-dialogs.css';
import './features/storage/storage.css';
import './features/datasets/settings/dataset-settings.css';
import './features/accounts/accounts.css';
import './features/settings/network.css';
import './features/settings/settings.css';
import './features/activity/activity.css';
import './features/watch/watch.css';
import './features/watch/sheet.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './features/frame/App.tsx';
import { startApp } from './state/app.ts';
import { rememberFocus } from './ui/focus.ts';

rememberFocus();
startApp();

const root = document.getElementById('root');
if (root)
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
