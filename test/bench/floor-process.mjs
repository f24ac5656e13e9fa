/**
 * The floor: what the same machine does with the same parts and none of our rules. Roles: `front` answers HTTP after
 * three Kafka hops, `hop` copies a topic to the next, `sink` inserts the last topic into ClickHouse.
 * Usage: node floor-process.mjs <role> <json settings>
 */
import { createServer } from 'node:http';
import kafkajs from 'kafkajs';
import { request } from 'undici';

const [role, settingsText] = process.argv.slice(2);
const settings = JSON.parse(settingsText);
const { Kafka, Partitioners, logLevel } = kafkajs;
const kafka = new Kafka({ brokers: settings.brokers, clientId: `floor-${role}`, logLevel: logLevel.NOTHING });
const producer = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner });

async function consume(groupId, topic, onBatch) {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100 });
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: false });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ partitionsConsumedConcurrently: 4, eachBatch: ({ batch }) => onBatch(batch.messages) });
  await joined;
}

/** POST /echo: answers with the body once it has come back over all hops. */
async function front() {
  const waiting = new Map();
  let next = 0;
  await producer.connect();
  await consume(settings.group, settings.from, (messages) => {
    for (const { key, value } of messages) {
      waiting.get(key.toString())?.(value);
      waiting.delete(key.toString());
    }
  });
  const answer = async (body, response) => {
    const key = String((next += 1));
    const back = new Promise((resolve) => waiting.set(key, resolve));
    await producer.send({ topic: settings.to, acks: -1, messages: [{ key, value: body }] });
    response.end(await back);
  };
  createServer((incoming, response) => {
    const parts = [];
    incoming.on('data', (part) => parts.push(part));
    incoming.on('end', () => void answer(Buffer.concat(parts), response));
  }).listen(settings.port, '127.0.0.1', () => process.send?.('ready'));
}

async function hop() {
  await producer.connect();
  await consume(settings.group, settings.from, (messages) =>
    producer.send({ topic: settings.to, acks: -1, messages: messages.map(({ key, value }) => ({ key, value })) }),
  );
  process.send?.('ready');
}

async function sink() {
  const { url, user, password } = settings.clickhouse;
  const headers = { 'X-ClickHouse-User': user, 'X-ClickHouse-Key': password };
  await consume(settings.group, settings.from, async (messages) => {
    const rows = messages
      .map(({ key, value }) => JSON.stringify({ key: key.toString(), payload: value.toString() }))
      .join('\n');
    const query = encodeURIComponent(`INSERT INTO ${settings.table} FORMAT JSONEachRow`);
    const { body } = await request(`${url}/?query=${query}`, { method: 'POST', headers, body: rows });
    await body.dump();
  });
  process.send?.('ready');
}

await { front, hop, sink }[role]();
