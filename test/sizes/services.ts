import type { JsonValue } from '@countersign/canonical';
import { eventId, recordKey, toRecord, TOPICS } from '@countersign/events';
import type { ActionProposed, WireRecord } from '@countersign/events';
import type { InRecord, OutRecord } from '@countersign/kafka';
import { termsOf } from '@countersign/policy';
import { admit } from '../../apps/intake/src/admit.js';
import { DecideController } from '../../apps/policy/src/decide.controller.js';
import { Decider } from '../../apps/policy/src/decider.js';
import { NO_DENIALS } from '../../apps/policy/src/denials/denial-log.js';
import { NO_DRAWS } from '../../apps/policy/src/draws/draw-source.js';
import { NO_EVIDENCE } from '../../apps/policy/src/evidence/evidence-log.js';
import { ChangeSeal } from '../../apps/policy/src/lifecycle/change-seal.js';
import { Velocity } from '../../apps/policy/src/velocity/velocity.js';
import { Edits } from '../../apps/approval/src/http/edits.js';
import { MAC_KEYS } from './life.js';
import { history } from './policy.js';

export const START_MS = Date.UTC(2026, 5, 19, 9);
const PROPOSER = { id: 'agent', tenant: 'acme', environments: ['production'], operators: ['oli'] };
const REDACTION = { acme: { key_id: 'r1', key: 'ef'.repeat(32) } };

const policies = { current: () => POLICIES };
const POLICIES = history();
const velocity = new Velocity({ enter: () => Promise.reject(new Error('nothing is counted')), find: () => null });
const seal = new ChangeSeal(MAC_KEYS);

/** Intake's door. @throws CountersignError as `admit` does */
export const admitted = (body: JsonValue, idempotency_key = 'k'.repeat(255)): ActionProposed =>
  admit({ body, idempotency_key, via: 'http' }, PROPOSER, {
    keys: REDACTION,
    termsOf: (tenant, type) => termsOf({ active: POLICIES.activeAt(START_MS), shadows: [] }, tenant, type),
    nowMs: START_MS,
  });

/** The record that intake appends. */
export const recordOf = (action: ActionProposed): WireRecord =>
  toRecord({
    ...{
      topic: TOPICS.actions,
      name: 'ActionProposed',
      event: action,
      key: recordKey(action.tenant, action.action_id),
    },
    ...{ id: eventId('ActionProposed', action.action_id), timeMs: START_MS, service: 'intake', macKeys: MAC_KEYS },
  });

/** What policy appends about a proposal. */
export async function decisionOn(record: InRecord): Promise<OutRecord> {
  const sent: OutRecord[] = [];
  const appender = { append: (records: OutRecord[]) => Promise.resolve(sent.push(...records)).then(() => []) };
  const decider = new Decider({
    policies,
    velocity,
    appender,
    seal,
    macKeys: MAC_KEYS,
    draws: NO_DRAWS,
    denials: NO_DENIALS,
  });
  const handled = await decider.decide(record);
  const [decision] = sent;
  if (decision === undefined) throw new Error(JSON.stringify(handled));
  return decision;
}

const controller = new DecideController(policies, velocity, { evidence: NO_EVIDENCE, denials: NO_DENIALS }, seal);

/** Approval's door for edits, with policy behind it: what goes over the wire between them is JSON. */
export const edits = new Edits({
  call: async ({ body }: { body?: unknown }) => {
    return { status: 200, body: copied(await controller.decide(copied(body))), headers: {} };
  },
} as unknown as ConstructorParameters<typeof Edits>[0]);

const copied = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
