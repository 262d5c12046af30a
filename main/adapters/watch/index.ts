/** The machine for watch folders, as the ports of `core/watch`. Used by the composition roots. */

export { createWatchDisk, type WatchDiskDeps } from './disk.ts';
export { createPutAway, type PutAwayDeps } from './put-away.ts';
export { createScanner, type Scanner, type ScannerOptions } from './scan-thread.ts';
export { createSelfTest, type SelfTestDeps } from './self-test.ts';
export { createStartWatcher, type WatcherDeps } from './start.ts';
