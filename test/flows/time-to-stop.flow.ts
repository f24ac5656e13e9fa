import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { digestOfAction } from '@countersign/sdk';
import { decode, isEvent, TOPICS } from '@countersign/events';
import { connectTo, eventually, readAll } from '@countersign/testing';
import { refund } from './support/proposals.js';
import { world } from './support/system.js';
import { facts } from './support/world.js';

const ROUNDS = 21;
const REDEEMERS = 8;
const RUNNING_MS = 500;
const STOPPED_MS = 300;
/** What is asked of a busy machine of two cores; the figure itself is printed. */
const P95_BOUND_MS = 2_500;

interface Scope {
  readonly agent_id?: string;
  readonly action_type?: string;
}
interface Ready {
  readonly agent_id: string;
  readonly action_type: string;
  readonly token: string;
  readonly action_digest: string;
}
/** One redemption as the executor saw it, times of this process. */
interface Tried extends Scope {
  readonly request_id: string;
  readonly sent: number;
  readonly answered: number;
  readonly ok: boolean;
}

const SCOPES: readonly Scope[] = [{}, { agent_id: 'refund-agent' }, { action_type: 'free-type' }];
const KINDS = ['refund-agent', 'content-agent'].flatMap((agent_id) =>
  ['free-type', 'other-type'].map((action_type) => ({ agent_id, action_type })),
);
const covers = ({ agent_id, action_type }: Scope, one: Scope): boolean =>
  (agent_id ?? one.agent_id) === one.agent_id && (action_type ?? one.action_type) === one.action_type;
const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? 0;

/** Agents that propose and executors that redeem, all the time, at every instance. */
class Load {
  readonly tried: Tried[] = [];
  readonly strange: string[] = [];
  private readonly ready: Ready[] = [];
  private isRunning = true;
  private readonly workers: Promise<void>[];

  constructor() {
    const { approval_urls } = world().local;
    const redeemers = Array.from({ length: REDEEMERS }, (_, at) =>
      this.redeem(approval_urls[at % approval_urls.length] ?? ''),
    );
    this.workers = [...KINDS.map((kind) => this.propose(kind)), ...redeemers];
  }

  async stop(): Promise<void> {
    this.isRunning = false;
    await Promise.all(this.workers);
  }

  private async propose({ agent_id, action_type }: Required<Scope>): Promise<void> {
    const { intake_url, agents } = world().local;
    const key = agents.find((one) => one.agent_id === agent_id && one.tenant === 'acme')?.api_key ?? '';
    while (this.isRunning) {
      // Enough for a while: what is refused under a freeze is tried again.
      if (this.ready.filter((one) => covers({ agent_id, action_type }, one)).length > 200) await sleep(20);
      const proposal = refund('1.00', { agent: { id: agent_id, version: 'v1' }, action_type });
      const { body } = await this.post(`${intake_url}/v1/actions`, key, proposal);
      const token = (body['grant'] as { token?: string } | null)?.token;
      const { preconditions = null, ...what } = facts(proposal);
      if (token)
        this.ready.push({ agent_id, action_type, token, action_digest: digestOfAction({ ...what, preconditions }) });
    }
  }

  private async redeem(url: string): Promise<void> {
    const { executors } = world().local;
    const key =
      executors.find((one) => one.executor_id === 'payments-executor' && one.tenant === 'acme')?.api_key ?? '';
    while (this.isRunning) {
      const one = this.ready.shift();
      if (one === undefined) {
        await sleep(5);
        continue;
      }
      const { agent_id, action_type, token, action_digest } = one;
      const asked = { token, action_digest, environment: 'production', preconditions: null, request_id: randomUUID() };
      const sent = performance.now();
      const { status, body } = await this.post(`${url}/v1/grants/redeem`, key, asked);
      this.tried.push({
        request_id: asked.request_id,
        agent_id,
        action_type,
        sent,
        answered: performance.now(),
        ok: status === 200,
      });
      const isFrozen = String(body['type']).endsWith(':frozen');
      if (isFrozen) this.ready.push(one);
      else if (status !== 200) this.strange.push(`${status} ${JSON.stringify(body)}`);
    }
  }

  private async post(
    url: string,
    bearer: string,
    body: unknown,
  ): Promise<{ status: number; body: Record<string, unknown> }> {
    const headers = {
      authorization: `Bearer ${bearer}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
}

interface Round {
  readonly scope: Scope;
  readonly asked: number;
  readonly answered: number;
  readonly lifted: number;
}

/** Freezes while the load goes on, and lifts. */
async function freezeOnce(scope: Scope): Promise<Round> {
  const { approval } = await world().person('max');
  const call = (path: string, body = {}) => approval.send({ method: 'POST', path, body });
  await sleep(RUNNING_MS);
  const asked = performance.now();
  const { body } = await call('/v1/freezes', { ...scope, reason: 'time to stop' });
  const answered = performance.now();
  await sleep(STOPPED_MS);
  const lifted = performance.now();
  await call(`/v1/freezes/${(body as { freeze_id: string }).freeze_id}/lift`);
  return { scope, asked, answered, lifted };
}

/** From the freeze's sending to the last redemption that was accepted under it, milliseconds. */
function stoppedAfter({ scope, asked, lifted }: Round, tried: readonly Tried[]): number {
  const late = tried.filter((one) => one.ok && covers(scope, one) && one.answered > asked && one.sent < lifted);
  return Math.max(0, ...late.map(({ answered }) => answered - asked));
}

describe('time to stop', () => {
  const rounds: Round[] = [];
  let load: Load;
  beforeAll(async () => {
    load = new Load();
    await eventually(() => expect(load.tried.length).toBeGreaterThan(50), { withinMs: 30_000 });
    for (let round = 0; round < ROUNDS; round++) rounds.push(await freezeOnce(SCOPES[round % SCOPES.length] ?? {}));
    await load.stop();
  }, 180_000);

  it('is measured under load, over both instances', () => {
    const { tried } = load;
    const times = rounds.map((round) => stoppedAfter(round, tried)).sort((a, b) => a - b);
    const answers = rounds.map(({ asked, answered }) => answered - asked).sort((a, b) => a - b);
    const seconds = ((tried.at(-1)?.answered ?? 0) - (tried[0]?.answered ?? 0)) / 1000;
    const figure = (of: readonly number[]): string =>
      `p50 ${percentile(of, 0.5).toFixed(0)} ms, p95 ${percentile(of, 0.95).toFixed(0)} ms, most ${(of.at(-1) ?? 0).toFixed(0)} ms`;
    console.info(
      `time to stop: ${rounds.length} freezes under ${(tried.length / seconds).toFixed(0)} redemptions/s; ` +
        `sent → last accepted redemption ${figure(times)}; sent → answered ${figure(answers)}`,
    );
    expect(percentile(times, 0.95)).toBeLessThan(P95_BOUND_MS);
  });

  it('leaves nothing accepted that was sent after the answer, and stops nothing beside its scope', () => {
    const under = rounds.flatMap(({ scope, answered, lifted }) =>
      load.tried
        .filter((one) => one.sent > answered && one.answered < lifted)
        .map((one) => ({ ...one, held: covers(scope, one) })),
    );
    expect(under.filter(({ held, ok }) => held && ok)).toEqual([]);
    expect(under.filter(({ held }) => held).length).toBeGreaterThan(0);
    expect(under.filter(({ held, ok }) => !held && ok).length).toBeGreaterThan(0);
    expect(load.strange).toEqual([]);
  });

  it('holds in the order of the log: between a freeze and its lift no partition has a redemption of its scope', async () => {
    const accepted = new Map(load.tried.filter(({ ok }) => ok).map((one) => [one.request_id, one]));
    const connection = connectTo(world().local.kafka_brokers);
    const records = await readAll(connection, TOPICS.approvalLog).finally(() => connection.close());
    const on = new Map<string, Scope & { readonly partition: number }>();
    const broken: Tried[] = [];
    let [seen, freezes] = [0, 0];
    for (const { partition, value } of records) {
      const decoded = decode(value);
      if (isEvent(decoded, 'FreezeRequested')) {
        const { frozen, freeze_id, agent_id, action_type } = decoded.event;
        const scope = {
          partition,
          ...(agent_id !== null && { agent_id }),
          ...(action_type !== null && { action_type }),
        };
        if (frozen) freezes += Number(on.set(`${partition} ${freeze_id}`, scope).size > 0);
        else on.delete(`${partition} ${freeze_id}`);
      }
      const one = isEvent(decoded, 'RedemptionRequested') ? accepted.get(decoded.event.client_request_id) : undefined;
      if (one === undefined) continue;
      seen += 1;
      if ([...on.values()].some((scope) => scope.partition === partition && covers(scope, one))) broken.push(one);
    }
    expect(broken).toEqual([]);
    expect([seen, on.size]).toEqual([accepted.size, 0]);
    expect(freezes).toBeGreaterThanOrEqual(ROUNDS);
  });

  it('is a metric of the service', async () => {
    const texts = await Promise.all(
      world().local.approval_urls.map(async (url) => (await fetch(`${url}/metrics`)).text()),
    );
    const counts = texts.map((one) =>
      Number(/^countersign_approval_freeze_seconds_count(?:\{[^}]*\})? (\d+)$/m.exec(one)?.[1]),
    );
    // Every freeze and every lift.
    expect(counts.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(2 * ROUNDS);
  });
});
