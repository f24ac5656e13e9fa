/** An AsyncAPI 3 document of the topics: what is published where, in which encoding, by which key. */

const AVRO = 'application/vnd.apache.avro+json;version=1.12.0';
const BINARY = 'application/vnd.confluent.avro';

/** Who may write a topic, as libs/events checks it, and what its key is. */
const KEYS = {
  submissions: 'tenant|idempotency_key',
  windows: 'tenant|window|key',
  policies: 'tenant|policy',
  sessions: 'tenant|session_digest',
};

const headers = (area) => ({
  type: 'object',
  description: 'CloudEvents 1.0 Kafka binding, binary mode.',
  required: [
    'ce_id',
    'ce_time',
    ...(area === 'submissions' ? ['countersign-signature'] : ['ce_type', 'countersign-mac']),
  ],
  properties: {
    ce_specversion: { type: 'string', const: '1.0' },
    ce_id: { type: 'string', description: 'Deterministic; the same event has the same id.' },
    ce_type: { type: 'string' },
    ce_source: { type: 'string' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_subject: { type: 'string', description: 'The record key.' },
    ...(area === 'submissions'
      ? {
          'countersign-agent': { type: 'string' },
          'countersign-signature': { type: 'string', description: '`v1,` + base64 of HMAC-SHA256, see docs/api.md.' },
        }
      : {
          'countersign-mac': {
            type: 'string',
            description:
              '`v1,service,` + base64 of HMAC-SHA256 over topic, key, value, ce_id, ce_type and ce_time, each after its length as big-endian uint32.',
          },
        }),
  },
});

const areaOf = (topic) => topic.split('.')[1];
const ref = (path) => ({ $ref: `#/${path}` });

const channel = (area, { partitions, config }, events) => ({
  address: `countersign.${area}.v1`,
  messages: Object.fromEntries(events.map(({ name }) => [name, ref(`components/messages/${name}`)])),
  bindings: {
    kafka: {
      topic: `countersign.${area}.v1`,
      partitions,
      topicConfiguration: {
        'cleanup.policy': [config['cleanup.policy']],
        'retention.ms': Number(config['retention.ms']),
      },
      bindingVersion: '0.5.0',
    },
  },
});

/** Agents write submissions, the services everything else. */
const operation = (area, events) => ({
  action: area === 'submissions' ? 'receive' : 'send',
  channel: ref(`channels/${area}`),
  messages: events.map(({ name }) => ref(`channels/${area}/messages/${name}`)),
});

const message = ({ topic, name, schema }) => ({
  ...{ name, title: name, summary: schema.doc, contentType: BINARY, headers: headers(areaOf(topic)) },
  payload: { schemaFormat: AVRO, schema },
  bindings: {
    kafka: {
      key: { type: 'string', description: KEYS[areaOf(topic)] ?? 'tenant|action_id' },
      ...{ schemaIdLocation: 'payload', schemaIdPayloadEncoding: 'confluent', bindingVersion: '0.5.0' },
    },
  },
});

const INFO = {
  title: 'Countersign topics',
  version: '1',
  description:
    'Every topic and its events. Values are Avro behind a zero byte and the schema id (4 bytes, big-endian). Read with `isolation.level=read_committed`: `decisions`, `approvals` and `outcomes` are written in transactions, and other readers see copies of aborted ones.',
  license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
};

/**
 * @param {readonly {topic: string, name: string, schema: object}[]} latest newest version of every event
 * @param {Record<string, {partitions: number, config: Record<string, string>}>} topics
 */
export function asyncapiDocument(latest, topics) {
  const eventsOf = (area) => latest.filter(({ topic }) => areaOf(topic) === area);
  const each = (entry) => Object.fromEntries(Object.keys(topics).map((area) => entry(area, eventsOf(area))));
  return {
    asyncapi: '3.0.0',
    info: INFO,
    defaultContentType: BINARY,
    channels: each((area, events) => [area, channel(area, topics[area], events)]),
    operations: each((area, events) => [
      area === 'submissions' ? 'submit' : `publish-${area}`,
      operation(area, events),
    ]),
    components: { messages: Object.fromEntries(latest.map((event) => [event.name, message(event)])) },
  };
}
