import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import avro from 'avsc';
import { bomb, lz4, snappy, zstd } from './compression.mjs';
import { grown, jsonOf, VALUES } from './extremes.mjs';
import { proposal } from './http-shots.mjs';

export const SUBMISSIONS = 'countersign.submissions.v1';

/** Writes what a stranger, or an agent of the hostile tenant, may write to `submissions`. */
export class Submissions {
  constructor({ agent, schemas }) {
    this.agent = agent;
    this.schemas = Object.fromEntries(
      Object.entries(schemas).map(([name, { id, schema }]) => [
        name,
        { id, type: avro.Type.forSchema(JSON.parse(schema), { wrapUnions: 'never' }) },
      ]),
    );
  }

  framed(name, event) {
    const { id, type } = this.schemas[name];
    const head = Buffer.alloc(5);
    head.writeInt32BE(id, 1);
    return Buffer.concat([head, type.toBuffer(event)]);
  }

  /** A record of ours, rightly signed. */
  signed(value, recordKey, more = {}) {
    const [ce_id, ce_time] = [randomUUID(), new Date().toISOString()];
    const bytes = Buffer.concat([Buffer.from(`v1.${SUBMISSIONS}.${recordKey}.${ce_id}.${ce_time}.`), value]);
    const signature = createHmac('sha256', this.agent.signing_secret).update(bytes).digest('base64');
    return {
      key: recordKey,
      value,
      headers: {
        ...{ ce_id, ce_time, ce_type: 'ActionSubmitted', ce_source: 'hostile', ce_specversion: '1.0' },
        ...{ 'countersign-agent': this.agent.agent_id, 'countersign-signature': `v1,${signature}`, ...more },
      },
    };
  }

  submitted(more, key = randomUUID()) {
    const { run_id, action_type, environment, agent, model, parameters, confidence, signals } = {
      ...proposal(),
      ...more,
    };
    const text = (value) => (value === undefined || value === null ? null : jsonOf(value));
    const event = {
      ...{
        tenant: this.agent.tenant,
        agent_id: this.agent.agent_id,
        idempotency_key: key,
        run_id,
        action_type,
        environment,
      },
      ...{
        agent: text(agent),
        model: text(model),
        parameters: text(parameters) ?? '{}',
        signals: text(signals),
        confidence,
      },
      ...{ before: text(more.before), after: text(more.after), context: text(more.context) },
      preconditions: text(more.preconditions),
    };
    return this.signed(
      this.framed('ActionSubmitted', this.complete('ActionSubmitted', event)),
      `${this.agent.tenant}|${key}`,
    );
  }

  outcome(action_id, more = {}) {
    const key = randomUUID();
    const event = { tenant: this.agent.tenant, agent_id: this.agent.agent_id, action_id, status: 'executed', ...more };
    const whole = this.complete('OutcomeReported', { idempotency_key: key, client_request_id: key, ...event });
    return this.signed(this.framed('OutcomeReported', whole), `${this.agent.tenant}|${whole.idempotency_key ?? key}`, {
      ce_type: 'OutcomeReported',
    });
  }

  /** Members that the event leaves out have their default, or an empty value of their type. */
  complete(name, event) {
    const empty = { string: '', array: [], long: 0, int: 0, double: 0, boolean: false, bytes: Buffer.alloc(0) };
    return Object.fromEntries(
      this.schemas[name].type.fields.map(({ name: field, type, defaultValue }) => {
        const fallback = defaultValue() ?? (type.typeName.startsWith('union') ? null : (empty[type.typeName] ?? null));
        return [field, event[field] ?? fallback];
      }),
    );
  }
}

const garbage = (size) => randomBytes(size);
const headers = (count, size) =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`h${i}`, 'v'.repeat(size)]));
const text = (count) => 'x'.repeat(count);

/** Unsigned records, for any topic. */
export const STRANGERS = {
  size: [
    () => ({ key: 'k', value: garbage(648_000), headers: headers(4, 100_000) }),
    () => ({ key: text(140_000), value: garbage(900_000) }),
    () => ({ key: 'k', value: garbage(10), headers: headers(3_000, 100) }),
    () => ({ key: 'k', value: garbage(10), headers: { [text(200_000)]: 'v' } }),
    () => ({ key: 'k', value: garbage(1_000_000) }),
  ],
  framing: [
    () => ({ key: null, value: null }),
    () => ({ key: 'k', value: Buffer.alloc(0) }),
    () => ({ key: 'k', value: Buffer.from([0, 0, 0, 0, 1]) }),
    () => ({ key: 'k', value: Buffer.from([0, 0x7f, 0xff, 0xff, 0xff, 1]) }),
    () => ({
      key: 'k',
      value: Buffer.concat([
        Buffer.from([0, 0, 0, 0, 1]),
        Buffer.alloc(26),
        Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]),
      ]),
    }),
    () => ({ key: Buffer.from([0xc3, 0x28, 0xff]), value: garbage(30) }),
  ],
  headers: [
    () => ({ key: 'k', value: garbage(20), headers: { 'countersign-mac': 'v1,policy,AAAA' } }),
    () => ({ key: 'k', value: garbage(20), headers: { 'countersign-mac': text(50_000), traceparent: text(50_000) } }),
    () => ({
      key: 'k',
      value: garbage(20),
      headers: { 'countersign-agent': '__proto__', 'countersign-signature': 'v1,' },
    }),
    () => ({ key: 'k', value: garbage(20), headers: { ce_time: 'yesterday', ce_id: 'a.b' } }),
    () => ({ key: 'k', value: garbage(20), headers: { ce_id: Buffer.from([0xff, 0xfe]), ce_type: Buffer.alloc(0) } }),
  ],
};

/** Batches in codings that the broker passes on as they are: `{ codec, compress, record }`. */
export const CODED = {
  compression: Object.entries({ lz4, snappy, zstd }).map(([codec, compress]) => () => ({ codec, compress })),
  bombs: [
    () => ({ codec: 'gzip', compress: () => bomb.gzip(64 * 1_048_576) }),
    () => ({ codec: 'zstd', compress: () => bomb.zstd(64 * 1_048_576) }),
    () => ({ codec: 'gzip', compress: () => bomb.gzip(9 * 1_048_576) }),
  ],
};

/** Rightly signed records of an agent that means harm. */
export function agentShots(submissions, actionId) {
  const shots = Object.entries(VALUES).flatMap(([kind, makers]) =>
    makers.map((make) => ({ kind, make: () => submissions.submitted({ parameters: { a: make() } }) })),
  );
  const more = [
    { kind: 'ids', make: () => submissions.outcome('../../metrics?x=') },
    { kind: 'ids', make: () => submissions.outcome('act_%2e%2e/known') },
    { kind: 'time', make: () => submissions.outcome(actionId, { occurred_at: -62_135_596_800_000 }) },
    { kind: 'growth', make: () => submissions.outcome(actionId, { result: JSON.stringify({ n: randomUUID() }) }) },
    { kind: 'keys', make: () => submissions.submitted({}, '"unclosed') },
    { kind: 'keys', make: () => submissions.submitted({}, 'k|k|k') },
    { kind: 'keys', make: () => submissions.submitted({}, 'é'.repeat(200)) },
    { kind: 'size', make: () => submissions.submitted({ preconditions: { a: grown(36_000) } }) },
  ];
  return [...shots, ...more];
}
