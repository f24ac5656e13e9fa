import type { TestSystem } from '@countersign/testing';
import type { Caller } from './caller.js';
import type { Kind, Ledger } from './ledger.js';
import { Life } from './life.js';
import type { Cast } from './life.js';
import type { Plan } from './plans.config.js';

const TENANT = 'acme';
const REVIEWERS = ['ann', 'bob', 'cat'];
const OPERATOR = 'oli';

export async function castOf(system: TestSystem): Promise<Cast> {
  const { local } = system;
  const agent = local.agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === TENANT)!;
  const tokens = await Promise.all(REVIEWERS.map(async (subject) => [subject, await system.token(subject)] as const));
  return {
    intake: [local.intake_url],
    approval: local.approval_urls,
    agentKey: agent.api_key,
    executorKeys: local.executors.filter(({ tenant }) => tenant === TENANT).map(({ api_key }) => api_key),
    reviewers: new Map(tokens),
    operator: await system.token(OPERATOR),
  };
}

/** Mulberry32: the same seed gives the same kinds and the same faults. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Most actions run by themselves, as in life; every tenth part of the rest is a race. */
function kindOf(random: () => number): Kind {
  const roll = random();
  if (roll < 0.6) return 'allowed';
  if (roll < 0.8) return 'one';
  if (roll < 0.85) return 'denied';
  return roll < 0.93 ? 'two' : 'contested';
}

export interface Progress {
  ended: number;
  readonly failures: string[];
}

/** Leads `plan.actions` lives, `plan.concurrency` at a time. */
export async function lead(
  plan: Plan,
  parts: { caller: Caller; cast: Cast; ledger: Ledger; progress: Progress; random: () => number },
): Promise<void> {
  const { caller, cast, ledger, progress, random } = parts;
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < plan.actions) {
      begun++;
      const kind = kindOf(random);
      await new Life(caller, cast, ledger, random)
        .live(kind)
        .catch((error: unknown) => progress.failures.push(`${kind}: ${String(error)}`));
      progress.ended++;
    }
  };
  await Promise.all(Array.from({ length: plan.concurrency }, worker));
}
