import { fork } from 'node:child_process';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { Agent, request } from 'undici';

const HOPS = 3;

/** Starts the floor's processes against a broker and an engine that are up. */
export async function startFloor({ brokers, clickhouse, port }) {
  const run = Date.now();
  const topics = Array.from({ length: HOPS }, (_, i) => `floor-${run}-${i + 1}`);
  await createTopics(brokers, topics);
  const table = await createTable(clickhouse, run);
  const group = (name) => `floor-${run}-${name}`;
  const children = [];
  const start = async (role, settings) => {
    const child = fork(
      join(import.meta.dirname, 'floor-process.mjs'),
      [role, JSON.stringify({ brokers, clickhouse, ...settings })],
      {
        env: { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' },
      },
    );
    children.push(child);
    await new Promise((resolve, reject) =>
      child.once('message', resolve).once('exit', () => reject(new Error(`${role} ended`))),
    );
  };
  await start('sink', { group: group('sink'), from: topics[2], table });
  await start('hop', { group: group('hop-2'), from: topics[1], to: topics[2] });
  await start('hop', { group: group('hop-1'), from: topics[0], to: topics[1] });
  await start('front', { group: group('front'), from: topics[2], to: topics[0], port });
  return { url: `http://127.0.0.1:${port}/echo`, pids: pidsOf(children), stop: () => stop(children) };
}

const pidsOf = (children) => Object.fromEntries(children.map((child, i) => [`floor-${i}`, child.pid]));

function stop(children) {
  return Promise.all(
    children.map(
      (child) =>
        new Promise((resolve) => {
          child.once('exit', resolve);
          child.kill('SIGKILL');
        }),
    ),
  );
}

async function createTopics(brokers, topics) {
  const admin = new kafkajs.Kafka({ brokers, logLevel: 0 }).admin();
  await admin.connect();
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 4 })) });
  await admin.disconnect();
}

async function createTable({ url, user, password, database }, run) {
  const table = `${database}.floor_${run}`;
  const query = `CREATE TABLE ${table} (key String, payload String) ENGINE = MergeTree ORDER BY key`;
  const { statusCode, body } = await request(url, {
    method: 'POST',
    body: query,
    headers: { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password },
  });
  if (statusCode !== 200) throw new Error(await body.text());
  return table;
}

const agent = new Agent({ connections: 256 });

/** One echo of a body of an action's size. */
export const echo = (url, text) => async () => {
  const { body } = await request(url, { method: 'POST', body: text, dispatcher: agent });
  if ((await body.text()) !== text) throw new Error('another body came back');
};
