import type { LocalFile } from '@countersign/local';
import { connectTo, eventually, startSystem } from '@countersign/testing';
import type { TestSystem } from '@countersign/testing';
import { rmSync } from 'node:fs';
import { startPeople } from '../../apps/approval/test/people.js';
import type { People } from '../../apps/approval/test/people.js';
import { auditRows } from '../faults/analyst.js';
import { Clients } from './clients.js';
import type { Account, Document } from './clients.js';
import { askedOf, racePolicies } from './kinds.js';
import { publishedFacts } from './published.js';
import { RACES } from './races.config.js';
import { judge } from './referee.js';
import type { Asked, Verdict } from './referee.js';
import { SCENES } from './scenes.js';
import type { Stage } from './scenes.js';

const REVIEWERS = 50;
/** Requests that people race for at a time: with three to five clicks on each, fifty clicks are under way. */
const AT_ONCE = 14;
const REST = { withinMs: 30_000, everyMs: 1_000 };
const LIMIT_MS = 120_000 + RACES * 300;

interface Played {
  readonly kind: string;
  readonly asked: Asked;
  readonly document: Document;
}

describe('fifty reviewers at two instances', () => {
  const policies = racePolicies();
  const played: Played[] = [];
  let system: TestSystem;
  let people: People;
  let clients: Clients;
  let stage: Stage;

  beforeAll(async () => {
    people = await startPeople();
    const serviceEnv = { OIDC_ISSUERS: JSON.stringify(people.issuers) };
    system = await startSystem({ policies, approvalInstances: 2, faults: { serviceEnv } });
    clients = new Clients(system.local, people);
    stage = await stageOf(clients);
  }, 120_000);
  afterAll(async () => {
    await clients?.caller.close();
    await system?.close();
    await people?.close();
    rmSync(policies, { recursive: true });
  }, 60_000);

  it(
    `release nothing that was not approved by who had to, in ${RACES} races`,
    async () => {
      const started = Date.now();
      await inTurn(RACES, playOne);
      const left = played.filter(
        ({ document }) => !clients.redemptions.some((one) => one.actionId === document.action_id),
      );
      await inTurn(left.length, (nth) => redeem(left[nth]!));
      const seconds = (Date.now() - started) / 1_000;
      const verdict = await rest();
      report(seconds, verdict);
      expect(verdict).toEqual({ UNAUTHORIZED: [], DUPLICATED: [], STUCK: [], LOST: [] });
      expect({ wrongs: clients.wrongs, errors: clients.caller.serverErrors }).toEqual({ wrongs: [], errors: [] });
      for (const end of ['approved', 'denied', 'pending']) expect(ends()[end]).toBeGreaterThan(0);
    },
    LIMIT_MS,
  );

  let audit = new Map<string, string>();
  const ends = (): Record<string, number> => tally([...audit.values()]);

  const playOne = async (nth: number): Promise<void> => {
    const [kind, { proposal, play }] = Object.entries(SCENES)[nth % Object.keys(SCENES).length]!;
    const document = await clients.propose(proposal);
    const one = { kind, document, asked: askedOf(proposal, document.action_id) };
    played.push(one);
    await play(stage, document, Math.floor(nth / Object.keys(SCENES).length));
    await redeem(one);
  };

  /** Tries what was proposed and what was made of it: only one of both may run. The agent asks an instance that may be some milliseconds behind. */
  const redeem = async ({ asked, document }: Played): Promise<void> => {
    const after = await clients.read(document.action_id);
    if (after.grant === null) return;
    const digests = new Set([asked.digest, after.effective.digest]);
    await Promise.all([...digests].map((digest) => clients.redeemTwice(after, digest)));
  };

  const pendingOnes = async (): Promise<Set<string>> => {
    const open = played.filter(({ document }) => !['approved', 'denied'].includes(audit.get(document.action_id) ?? ''));
    const still = await Promise.all(open.map(({ document }) => clients.isPending(document, stage.admin)));
    return new Set(open.filter((_, at) => still[at]).map(({ document }) => document.action_id));
  };

  const look = async (local: LocalFile): Promise<Verdict> => {
    const connection = connectTo(local.kafka_brokers);
    const facts = await publishedFacts(connection).finally(() => connection.close());
    audit = new Map((await auditRows(local)).map((row) => [row.action_id, row.approval_status]));
    const { clicks, redemptions, removed, shown } = clients;
    const asked = played.map((one) => one.asked);
    return judge({
      asked,
      facts,
      clicks,
      redemptions,
      removed,
      shown,
      roles: ROLES,
      pending: await pendingOnes(),
      audit,
    });
  };

  /** The verdict once everything has come to rest, or the last one. */
  const rest = async (): Promise<Verdict> => {
    let verdict = await look(system.local);
    await eventually(async () => {
      if (Object.values(verdict).some((found) => found.length > 0)) verdict = await look(system.local);
      expect(Object.values(verdict).flat()).toEqual([]);
    }, REST).catch(() => undefined);
    return verdict;
  };

  const report = (seconds: number, verdict: Verdict): void => {
    const clicks = tally(clients.clicks.map(({ code }) => code));
    const kinds = tally(played.map(({ kind, document }) => `${kind} ${audit.get(document.action_id)}`));
    const words = Object.entries(verdict).map(([word, found]) => `${word} ${found.length}`);
    const lines = [
      `races: ${RACES} in ${Math.round(seconds)} s; ${words.join(', ')}`,
      JSON.stringify({ clicks, kinds }),
    ];
    process.stdout.write(`${lines.join('\n')}\n`);
  };
});

const ROLES = {
  get: (subject: string): string[] =>
    subject.startsWith('both-') || subject.startsWith('twofold-') ? ['finance', 'approver'] : ['finance'],
} as ReadonlyMap<string, string[]>;

async function stageOf(clients: Clients): Promise<Stage> {
  const account: Stage['account'] = (subject, roles, door = 0) => clients.account(subject, roles, door);
  const finance = await Promise.all(
    Array.from({ length: REVIEWERS }, (_, at) => account(`reviewer-${at}`, ['finance'], at % 2)),
  );
  const at = (nth: number): Account => finance[nth % REVIEWERS]!;
  return { clients, account, finance: at, admin: await account('admin', ['admin']) };
}

/** Does all of them, some at a time. */
async function inTurn(count: number, work: (nth: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

const tally = (words: readonly string[]): Record<string, number> =>
  words.reduce<Record<string, number>>((sums, word) => ({ ...sums, [word]: (sums[word] ?? 0) + 1 }), {});
