/** Connections that serve one request after the other: kept clean, and known as kept. */

import { expect, it, onTestFinished } from 'vitest';
import { createAgents } from '../../../main/adapters/http/agents.ts';
import { Receiver } from './receiver.ts';
import { fileOf, requestOf, senderWith } from './support.ts';

it('requests that waited for a socket leave no listeners on it', async () => {
  const receiver = new Receiver({});
  onTestFinished(() => receiver.close());
  const agents = createAgents({ maxSockets: 1 });
  onTestFinished(() => agents.close());
  const url = await receiver.listen();
  const { path } = fileOf(100);
  const sender = senderWith({ agents });
  const outcomes = await Promise.all(Array.from({ length: 20 }, () => sender.put(requestOf(url, path))));
  expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['stored']));
  const { freeSockets } = await agents.for(new URL(url));
  const [socket] = Object.values(freeSockets).flat();
  expect(socket?.listenerCount('connect')).toBe(0);
});
