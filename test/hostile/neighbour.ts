import type { LocalFile } from '@countersign/local';
import { Agent, request } from 'undici';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { KafkaAgent } from './kafka-agent.js';
import { lateness } from './times.js';

/** `submit` is a proposal over Kafka; all others are HTTP. */
export const OPERATIONS = ['propose', 'vote', 'redeem', 'submit'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What one measurement saw. Times in milliseconds, from the first byte sent to the answer that counts, retries included. */
export interface Measured {
  readonly ms: Readonly<Record<Operation, readonly number[]>>;
  /** How late timers of the measuring process fired meanwhile: what the machine itself holds up. Milliseconds. */
  readonly late: readonly number[];
  /** Answers that an honest caller should not get. */
  readonly wrongs: readonly string[];
  /** Actions that were redeemed, by their ids. */
  readonly redeemed: readonly string[];
}

export interface People {
  /** Bearer tokens of people who may decide refunds of the neighbour's tenant. */
  readonly reviewers: readonly string[];
}

type Body = Readonly<Record<string, unknown>>;

const LANES = 6;
/** One life a lane in about this time, milliseconds: some 6 to 8 operations of each sort a second together. */
const PACE_MS = 700;
const TENANT = 'acme';

/** An honest agent, reviewer and executor of another tenant, who do their work and look at the clock. */
export class Neighbour {
  private readonly dispatcher = new Agent({ connections: 32 });
  private readonly submitter: KafkaAgent;
  private ms: Record<Operation, number[]> = noTimes();
  private wrongs: string[] = [];
  /** Aborted when the time of a measurement is up: whoever stands still is not waited for. */
  private end = AbortSignal.timeout(0);
  private redeemed: string[] = [];

  constructor(
    private readonly local: LocalFile,
    private readonly people: People,
  ) {
    this.submitter = new KafkaAgent(local.kafka_brokers, this.agent);
  }

  connect(): Promise<void> {
    return this.submitter.connect();
  }

  /** Works for at least so long and at least so many operations of each sort; at most three times as long. */
  async work(seconds: number, operations: number): Promise<Measured> {
    [this.ms, this.wrongs, this.redeemed] = [noTimes(), [], []];
    const started = Date.now();
    this.end = AbortSignal.timeout(seconds * 3_000);
    const isOver = (): boolean =>
      this.end.aborted || (Date.now() - started > seconds * 1_000 && this.ms.redeem.length >= operations);
    const [lanes, late] = [Array.from({ length: LANES }, (_, lane) => this.lane(lane, isOver)), lateness(isOver)];
    await Promise.all([...lanes, this.submitting(isOver)]);
    return { ms: this.ms, late: await late, wrongs: this.wrongs, redeemed: this.redeemed };
  }

  async close(): Promise<void> {
    await this.submitter.close();
    await this.dispatcher.destroy();
  }

  private async submitting(isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const started = Date.now();
      await this.timed('submit', () => this.submit()).catch((error: unknown) => this.wrongs.push(String(error)));
      await sleep(Math.max(0, PACE_MS / 2 - (Date.now() - started)));
    }
  }

  /** Over Kafka nothing is answered: the agent asks until the action is there, then until policy has spoken. */
  private async submit(): Promise<Body> {
    const id = await this.submitter.submit(PROPOSAL);
    const path = `/v1/actions/${id}?wait=10s&for=decision`;
    const by = Date.now() + 30_000;
    for (;;) {
      const action = await this.call({ url: this.local.intake_url, path, token: this.agent.api_key }).catch(() => null);
      if (action !== null && action['status'] !== 'deciding') return action;
      if (this.end.aborted || Date.now() > by) throw new Error('a submission was not decided within 30 s');
      await sleep(20);
    }
  }

  private async lane(lane: number, isOver: () => boolean): Promise<void> {
    await sleep((lane * PACE_MS) / LANES);
    for (let nth = lane; !isOver(); nth += LANES) {
      const [started, reviewer] = [Date.now(), this.people.reviewers[nth % this.people.reviewers.length]!];
      await this.live(reviewer).catch((error: unknown) => this.wrongs.push(String(error)));
      await sleep(Math.max(0, PACE_MS - (Date.now() - started)));
    }
  }

  private async live(reviewer: string): Promise<void> {
    const approval = this.local.approval_url;
    const proposed = await this.timed('propose', () => this.propose());
    const action_id = String(proposed['action_id']);
    const request_id = (proposed['request'] as { request_id: string } | null)?.request_id ?? 'none';
    const packet = await this.call({ url: approval, path: `/v1/requests/${request_id}`, token: reviewer });
    const vote = { vote: 'approve', packet_digest: packet['packet_digest'], reason: 'checked the receipt' };
    const path = `/v1/requests/${request_id}/votes`;
    await this.timed('vote', () => this.call({ url: approval, path, token: reviewer, body: vote }));
    const approved = await this.read(action_id, 'wait=10s');
    const body = {
      token: (approved['grant'] as { token?: string } | null)?.token ?? 'none',
      action_digest: approved['digest'],
      environment: 'production',
      preconditions: null,
      request_id: randomUUID(),
    };
    const redeem = { url: approval, path: '/v1/grants/redeem', token: this.executorKey, body };
    await this.timed('redeem', () => this.call(redeem));
    this.redeemed.push(action_id);
  }

  /** Until policy has spoken: an answer that says "deciding" is none yet. */
  private async propose(): Promise<Body> {
    const { intake_url: url } = this.local;
    const proposed = await this.call({ url, path: '/v1/actions', token: this.agent.api_key, body: PROPOSAL });
    if (proposed['status'] !== 'deciding') return proposed;
    return this.read(String(proposed['action_id']), 'wait=30s&for=decision');
  }

  private read(actionId: string, query: string): Promise<Body> {
    const path = `/v1/actions/${actionId}?${query}`;
    return this.call({ url: this.local.intake_url, path, token: this.agent.api_key });
  }

  /** What fails in the end has taken its time too. */
  private async timed(operation: Operation, work: () => Promise<Body>): Promise<Body> {
    const started = performance.now();
    try {
      return await work();
    } finally {
      this.ms[operation].push(performance.now() - started);
    }
  }

  /** "Try again" is obeyed, and the time of all attempts counts. */
  private async call({ url, path, token, body }: Call): Promise<Body> {
    const key = randomUUID();
    for (let attempt = 0; ; attempt += 1) {
      const response = await request(url + path, {
        ...{ method: body === undefined ? 'GET' : 'POST', dispatcher: this.dispatcher },
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': key },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.any([this.end, AbortSignal.timeout(60_000)]),
      });
      const answer = (await response.body.json()) as Body;
      if (response.statusCode < 300) return answer;
      if (![429, 503].includes(response.statusCode) || attempt === 20)
        throw new Error(`${path.split('?')[0]} was answered ${response.statusCode} ${String(answer['type'])}`);
      await sleep(100);
    }
  }

  private get agent(): LocalFile['agents'][number] {
    return this.local.agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === TENANT)!;
  }

  private get executorKey(): string {
    return this.local.executors.find(({ tenant }) => tenant === TENANT)!.api_key;
  }
}

const noTimes = (): Record<Operation, number[]> => ({ propose: [], vote: [], redeem: [], submit: [] });

interface Call {
  readonly url: string;
  readonly path: string;
  readonly token: string;
  readonly body?: unknown;
}

const PROPOSAL = {
  run_id: 'neighbour',
  agent: { id: 'refund-agent', version: 'v1.4.2' },
  model: { id: 'gpt-5o' },
  action_type: 'refund',
  environment: 'production',
  on_behalf_of: 'customer:812',
  parameters: { order_id: '12345', method: 'card', amount: { value: '450.00', currency: 'USD' } },
  rationale: 'Parcel lost, carrier confirmed.',
  confidence: 0.9,
  signals: { fraud_score: 0.12 },
};
