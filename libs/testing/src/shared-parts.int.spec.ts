import kafkajs from 'kafkajs';
import { testBroker, testEngine } from './index.js';

it('gives a real broker that answers', async () => {
  const { brokers } = await testBroker();
  const admin = new kafkajs.Kafka({ brokers, clientId: 'testing', logLevel: kafkajs.logLevel.NOTHING }).admin();
  await admin.connect();
  await expect(admin.describeCluster()).resolves.toMatchObject({ brokers: [{ nodeId: 1 }] });
  await admin.disconnect();
}, 60_000);

it('gives a real engine to its named user and nobody else', async () => {
  const { url, user, password } = await testEngine();
  const headers = { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  const named = await fetch(url, { method: 'POST', headers, body: 'SELECT currentUser()' });
  await expect(named.text()).resolves.toBe('test\n');
  const anonymous = await fetch(url, { method: 'POST', body: 'SELECT 1' });
  expect(anonymous.headers.get('x-clickhouse-exception-code')).toBe('202');
}, 60_000);
