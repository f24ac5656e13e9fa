import { randomUUID } from 'node:crypto';
import type { ActionProposed } from '@countersign/events';
import { allowed, proposed } from '../../../libs/approval/test/records.js';
import type { Instances, Reply } from './instances.js';

/** Marks everything that this run of the specs puts into the log. */
export const RUN = randomUUID();
let made = 0;

/** An action of this run, proposed now. */
export const fresh = (overrides: Partial<ActionProposed> = {}): ActionProposed =>
  proposed(`${RUN}-${(made += 1)}`, { submitted_at: Date.now(), ...overrides });

/** The problem code of a reply, or `ok`. */
export const codeOf = ({ status, body }: Reply): string =>
  status < 300 ? 'ok' : String(body['type']).replace('urn:countersign:problem:', '');

export const count = (codes: readonly string[]): Record<string, number> =>
  codes.reduce<Record<string, number>>((sums, code) => ({ ...sums, [code]: (sums[code] ?? 0) + 1 }), {});

/** An action that policy allows, and its token. */
export async function allowedAction(system: Instances): Promise<{ action: ActionProposed; token: string }> {
  const action = fresh();
  await system.decide(allowed(action));
  return { action, token: await system.token(action) };
}

/** The status that an instance shows. */
export async function statusOf(system: Instances, action: ActionProposed, index = 0): Promise<string> {
  const { body } = await system.read(action, index);
  return (body['document'] as unknown as { status: string }).status;
}
