import type { JsonValue } from '@countersign/canonical';
import type { PolicyAction } from '../action.js';
import { NEVER_DENIED } from '../denials/denials.js';
import { tokensOf } from '../pointer.js';

/** An action that states nothing; a case's base says the rest. */
export const NOTHING: Required<Omit<PolicyAction, 'hidden' | 'preconditions'>> = {
  action_type: '',
  environment: 'production',
  target: null,
  on_behalf_of: null,
  agent_version: 'v1',
  model_id: 'm1',
  confidence: null,
  parameters: null,
  signals: null,
  before: null,
  after: null,
  action_id: 'act_00000000-0000-5000-8000-000000000000',
  agent_id: 'agent',
  at_ms: null,
  stated: {},
  attestations: null,
  velocity: null,
  counted: null,
  denials: NEVER_DENIED,
};

type Members = Record<string, unknown>;

/** A copy in which the member has the value, or is gone where the value is undefined. Absent parents become objects. */
function withMember(node: unknown, [first, ...rest]: readonly string[], value: JsonValue | undefined): unknown {
  if (first === undefined) return value;
  if (Array.isArray(node)) {
    const copy = [...(node as unknown[])];
    if (value === undefined && rest.length === 0) copy.splice(Number(first), 1);
    else copy[Number(first)] = withMember(copy[Number(first)], rest, value);
    return copy;
  }
  const { [first]: child, ...others } = (typeof node === 'object' && node !== null ? node : {}) as Members;
  if (value === undefined && (rest.length === 0 || child === undefined)) return others;
  return { ...others, [first]: withMember(child, rest, value) };
}

interface Changes {
  readonly set: Readonly<Record<string, JsonValue>>;
  readonly remove: readonly string[];
}

// A member that is removed is null, as it is in a proposal that does not state it.
const ABSENT = Object.fromEntries(Object.keys(NOTHING).map((member) => [member, null])) as Partial<PolicyAction>;

/** The base action with a case's changes. */
export function actionOfCase(
  base: Partial<Record<keyof PolicyAction, JsonValue>>,
  { set, remove }: Changes,
): PolicyAction {
  let action: unknown = { ...NOTHING, ...base };
  for (const [pointer, value] of Object.entries(set)) action = withMember(action, tokensOf(pointer), value);
  for (const pointer of remove) action = withMember(action, tokensOf(pointer), undefined);
  return { ...ABSENT, ...(action as PolicyAction) };
}
