/** The Electron host's decisions on addresses and senders. */

import { describe, expect, test } from 'vitest';
import {
  isOwnPage,
  isTrustedSender,
  mayLoad,
  mayOpenExternally,
  START_ADDRESS,
} from '../../../main/electron/address.ts';

describe('own pages', () => {
  test.each([START_ADDRESS, 'app://encord-uploader/index.html#/datasets', 'APP://encord-uploader/?x'])(
    '%s is one',
    (address) => expect(isOwnPage(address)).toBe(true),
  );

  test.each([
    'app://encord-uploader.evil.example/',
    'app://evil/encord-uploader/',
    'app://encord-uploader@evil/',
    'app://user:pass@encord-uploader/',
    'app://encord-uploader:8080/',
    'app:encord-uploader',
    'app://ENCORD-uploader.evil/',
    'apps://encord-uploader/',
    'https://encord-uploader/',
    'file:///app://encord-uploader/',
    'data:text/html,app://encord-uploader/',
    'about:blank',
    'null',
    '',
  ])('%s is none', (address) => expect(isOwnPage(address)).toBe(false));
});

describe('what pages load', () => {
  test.each([
    START_ADDRESS,
    'app://encord-uploader/media/1',
    'data:image/png;base64,AA==',
    'devtools://devtools/x',
  ])('%s may be loaded', (address) => expect(mayLoad(address)).toBe(true));

  test.each([
    'https://app.encord.com/',
    'http://127.0.0.1:8731/',
    'ws://localhost/',
    'file:///etc/passwd',
    'app://elsewhere/',
    'blob:app://encord-uploader/1',
    'filesystem:app://encord-uploader/temporary/x',
    'chrome://version/',
    'ftp://encord-uploader/',
    '',
  ])('%s may not be loaded', (address) => expect(mayLoad(address)).toBe(false));
});

describe('senders', () => {
  const own = { frameUrl: START_ADDRESS, isMainFrame: true, fromOwnWindow: true };

  test('the main frame of an own window on an own page is believed', () => {
    expect(isTrustedSender(own)).toBe(true);
  });

  test.each([
    ['a sub-frame', { isMainFrame: false }],
    ['the contents of no window of ours', { fromOwnWindow: false }],
    ['a foreign page', { frameUrl: 'https://app.encord.com/' }],
    ['a frame that is gone', { frameUrl: null }],
    ['an empty frame', { frameUrl: '' }],
  ])('%s is not', (_what, difference) => {
    expect(isTrustedSender({ ...own, ...difference })).toBe(false);
  });
});

describe('links that leave', () => {
  test.each([
    'https://app.encord.com/datasets/view/1',
    'https://app.us.encord.com/',
    'https://docs.encord.com/platform-documentation?x#y',
    'HTTPS://DOCS.ENCORD.COM/',
  ])('%s may', (address) => expect(mayOpenExternally(address)).toBe(true));

  test.each([
    'http://docs.encord.com/',
    'https://docs.encord.com.evil.example/',
    'https://evil.example/docs.encord.com',
    'https://docs.encord.com@evil.example/',
    'https://user@docs.encord.com/',
    'https://docs.encord.com:8443/',
    'https://encord.org/',
    'https://storage.docs.encord.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'smb://docs.encord.com/share',
    'app://encord-uploader/',
    'docs.encord.com',
    '',
  ])('%s may not', (address) => expect(mayOpenExternally(address)).toBe(false));
});
