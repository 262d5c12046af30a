/**
 * What every page needs at all times: the snapshot, whether main can be reached, and the ticks that say what has
 * changed. `startApp` is called once by `main.tsx`.
 */
import { create } from 'zustand';
import type { FailureView } from '../../preload/contract/errors.ts';
import type { Events, Topic } from '../../preload/contract/events.ts';
import type { AccountView, PlanView, SettingsView, SnapshotView } from '../../preload/contract/views.ts';
import { toast } from '../ui/Toasts.tsx';
import { bridge, call } from './bridge.ts';
import { takeProgress } from './transfers.ts';

interface AppState {
  snapshot: SnapshotView | null;
  /** Null until the first attempt has ended. */
  connected: boolean | null;
  /** Why the first snapshot could not be had, where main answered with a failure. */
  startFailure: Omit<FailureView, 'at'> | null;
}

export const useApp = create<AppState>()(() => ({ snapshot: null, connected: null, startFailure: null }));

type TopicListener = (topics: ReadonlySet<Topic>) => void;
const topicListeners = new Set<TopicListener>();
const planListeners = new Set<(plan: PlanView) => void>();
const placesListeners = new Set<() => void>();

const ALL_TOPICS: ReadonlySet<Topic> = new Set([
  'queue',
  'accounts',
  'settings',
  'datasets',
  'connection',
  'watch',
  'jobs',
  'network',
  'updates',
]);

/** Calls back when something of these topics may have changed; the result stops it. */
export function onTopics(listener: TopicListener): () => void {
  topicListeners.add(listener);
  return () => topicListeners.delete(listener);
}

/** Calls back with every state of a review that is being made. */
export function onPlan(listener: (plan: PlanView) => void): () => void {
  planListeners.add(listener);
  return () => planListeners.delete(listener);
}

/** Calls back when somebody outside the pages may have asked for a place, the snapshot being there. */
export function onPlaces(listener: () => void): () => void {
  placesListeners.add(listener);
  return () => placesListeners.delete(listener);
}

function tellPlaces(): void {
  if (useApp.getState().snapshot) for (const listener of placesListeners) listener();
}

function tell(topics: ReadonlySet<Topic>): void {
  for (const listener of topicListeners) listener(topics);
}

let refreshing: Promise<void> | null = null;
let refreshAgain = false;

/** Asks for the snapshot anew; calls that come while one is on its way become one more. */
export function refreshSnapshot(): Promise<void> {
  if (refreshing) {
    refreshAgain = true;
    return refreshing;
  }
  refreshing = (async () => {
    do {
      refreshAgain = false;
      const answer = await call('app.snapshot', null);
      if (answer.ok) {
        useApp.setState({ snapshot: answer.value, startFailure: null });
        dressPage(answer.value.settings);
      } else if (answer.error.code !== 'connection-lost') {
        useApp.setState({ startFailure: answer.error });
      }
    } while (refreshAgain);
    refreshing = null;
  })();
  return refreshing;
}

const LOOK_KEY = 'encord-uploader.look';

/** Theme and density on the page's root; kept, so that the next start does not flash the other theme. */
function dressPage(settings: Pick<SettingsView, 'theme' | 'density'>): void {
  const { theme, density } = settings;
  document.documentElement.dataset.theme = theme;
  document.documentElement.dataset.density = density;
  localStorage.setItem(LOOK_KEY, `${theme} ${density}`);
}

function dressPageAsBefore(): void {
  const [theme, density] = (localStorage.getItem(LOOK_KEY) ?? '').split(' ');
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  if (density === 'compact') document.documentElement.dataset.density = density;
}

export function startApp(): void {
  dressPageAsBefore();
  bridge.listen({
    connected(up) {
      useApp.setState({ connected: up });
      if (up)
        void refreshSnapshot().then(() => {
          tell(ALL_TOPICS);
          tellPlaces();
        });
      else takeProgress({ transfers: [], speed: 0 });
    },
    event(name, payload) {
      // The name and the payload come as a pair; TypeScript cannot narrow one generic parameter by another.
      if (name === 'changed') takeChange(payload as Events['changed']);
      else if (name === 'progress') takeProgress(payload as Events['progress']);
      else if (name === 'plan') for (const listener of planListeners) listener(payload as Events['plan']);
      else if (name === 'go') tellPlaces();
    },
  });
  followNetwork();
}

/** A line that comes back often does so several times within a second. */
const ONLINE_REST_MS = 500;

/** The browser knows of a network that came back before anything of the program would try it again. */
function followNetwork(): void {
  let rest: ReturnType<typeof setTimeout> | undefined;
  window.addEventListener('online', () => {
    clearTimeout(rest);
    rest = setTimeout(() => void call('app.networkBack', null), ONLINE_REST_MS);
  });
}

function takeChange(change: Events['changed']): void {
  const { snapshot } = useApp.getState();
  if (!snapshot) return;
  if (change.seq <= snapshot.seq) return;
  const gap = change.seq !== snapshot.seq + 1;
  const { seq, totals, connection, paused, bandwidth } = change;
  useApp.setState({ snapshot: { ...snapshot, seq, totals, connection, paused, bandwidth } });
  const topics = gap ? ALL_TOPICS : new Set(change.topics);
  if (gap || topics.has('accounts') || topics.has('settings')) void refreshSnapshot();
  tell(topics);
}

/** The account in use; null before the first sign-in. */
export function activeAccount(snapshot: SnapshotView | null): AccountView | null {
  return snapshot?.accounts.find((account) => account.id === snapshot.activeAccountId) ?? null;
}

/** Keeps a damaged database aside; then the program begins with an empty queue. */
export async function setDatabaseAside(): Promise<void> {
  const answer = await call('app.setDatabaseAside', null);
  if (answer.ok) toast(`The damaged file is kept as ${answer.value.path}`, { tone: 'done' });
  else useApp.setState({ startFailure: answer.error });
  await refreshSnapshot();
}
