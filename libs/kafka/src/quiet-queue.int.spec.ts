import { testBroker } from '@countersign/testing';
import { jest } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { clientOf, connect } from './client.js';

it('lets an idle connection sleep', async () => {
  const { brokers } = await testBroker();
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const connection = connect({ brokers, clientId: 'quiet-queue', log });
  await clientOf(connection).ask((admin) => admin.describeCluster());
  const timers = jest.spyOn(globalThis, 'setTimeout');
  await sleep(500);
  const planned = timers.mock.calls.length;
  timers.mockRestore();
  await connection.close();
  expect(planned).toBeLessThan(20);
}, 60_000);
