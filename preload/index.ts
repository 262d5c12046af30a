/**
 * The bridge of the Electron host: gives the pages, which are sandboxed and isolated, the one object through which
 * they reach main. It carries names and passes values on; main decides who is answered and what is valid.
 */

import { contextBridge, ipcRenderer, webUtils } from 'electron';
import type { Bridge, BridgeListener } from './contract/bridge.ts';
import { CALL_CHANNEL, EVENT_CHANNEL } from './contract/names.ts';

const bridge: Bridge = {
  call: (name, input) => ipcRenderer.invoke(CALL_CHANNEL, name, input),
  listen(listener) {
    const pass = (_event: unknown, ...[name, payload]: Parameters<BridgeListener['event']>) =>
      listener.event(name, payload);
    ipcRenderer.on(EVENT_CHANNEL, pass);
    // Main outlives its pages: the line is up as long as there is a page to ask.
    listener.connected(true);
    return () => void ipcRenderer.off(EVENT_CHANNEL, pass);
  },
  // A file that has no path (an image dragged out of a page) is left out.
  pathsOf: (files) => files.map((file) => webUtils.getPathForFile(file)).filter((path) => path !== ''),
  sendFile: null,
  download: null,
};

contextBridge.exposeInMainWorld('encordUploader', bridge);
