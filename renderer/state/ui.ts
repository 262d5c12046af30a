/** What the window shows: page, dialogs, the chosen destination. Kept in the page, nothing that main must know. */
import { create } from 'zustand';
import type { DatasetView } from '../../preload/contract/views.ts';
import { inField } from '../ui/floating.ts';

/** The sections of the Settings page that something else leads to. */
export type SettingsSection = 'accounts' | 'desktop' | 'notifications' | 'network' | 'updates';

export const PAGES = ['uploads', 'datasets', 'watch', 'activity', 'settings'] as const;
export type PageName = (typeof PAGES)[number];

/** A dataset as a destination: enough to name it without asking again. */
export type Destination = Pick<DatasetView, 'id' | 'title'>;

interface UiState {
  page: PageName;
  sidebarOpen: boolean;
  /** The destination chosen for each account. */
  destinations: Readonly<Record<string, Destination>>;
  /** Accounts whose person chose to pick a dataset later. */
  laterFor: readonly string[];
  /** The dataset whose rows are on the Datasets page. */
  openDataset: DatasetView | null;
  /** What of the open dataset is shown. */
  datasetTab: 'data' | 'settings' | 'reconcile';
  /** What the Datasets page lists while no dataset is open. */
  datasetsView: 'datasets' | 'storage';
  /** Counts how often something outside the page led somewhere: the focus follows it. */
  arrivals: number;
  /** The section that the last of them led to; null is the page's beginning. */
  arrivedAt: SettingsSection | null;
  dialog: 'keys' | 'account' | 'create-dataset' | 'server-files' | null;
}

const SIDEBAR_KEY = 'encord-uploader.sidebar';
const DESTINATION_KEY = 'encord-uploader.destinations';

function readDestinations(): Record<string, Destination> {
  const kept: Record<string, Destination> = {};
  try {
    const parsed: unknown = JSON.parse(localStorage.getItem(DESTINATION_KEY) ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    for (const [accountId, value] of Object.entries(parsed)) {
      if (typeof value?.id === 'string' && typeof value?.title === 'string')
        kept[accountId] = { id: value.id, title: value.title };
    }
  } catch {
    return {};
  }
  return kept;
}

export const useUi = create<UiState>()(() => ({
  page: 'uploads',
  sidebarOpen: localStorage.getItem(SIDEBAR_KEY) !== 'closed',
  destinations: readDestinations(),
  laterFor: [],
  openDataset: null,
  datasetTab: 'data',
  datasetsView: 'datasets',
  arrivals: 0,
  arrivedAt: null,
  dialog: null,
}));

export function goTo(page: PageName): void {
  if (page !== useUi.getState().page) leaveField();
  useUi.setState({ page, ...(page === 'datasets' ? {} : { openDataset: null }) });
}

/** A field that holds when it is left would else go with its page, by keys and from elsewhere, without being left. */
function leaveField(): void {
  const at = document.activeElement;
  if (at instanceof HTMLElement && inField(at) && at.closest('main')) at.blur();
}

/** As `goTo`, for whoever comes from elsewhere: the focus moves to what they came for. */
export function arriveAt(page: PageName, section: SettingsSection | null = null): void {
  goTo(page);
  useUi.setState(({ arrivals }) => ({ arrivals: arrivals + 1, arrivedAt: section }));
}

export function openDialog(dialog: UiState['dialog']): void {
  useUi.setState({ dialog });
}

export function toggleSidebar(): void {
  const sidebarOpen = !useUi.getState().sidebarOpen;
  localStorage.setItem(SIDEBAR_KEY, sidebarOpen ? 'open' : 'closed');
  useUi.setState({ sidebarOpen });
}

/** The next drops of this account go there. */
export function chooseDestination(accountId: string, { id, title }: Destination): void {
  const destinations = { ...useUi.getState().destinations, [accountId]: { id, title } };
  localStorage.setItem(DESTINATION_KEY, JSON.stringify(destinations));
  useUi.setState({ destinations });
}
