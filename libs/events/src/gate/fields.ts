import type { Gate } from '../generated/types.js';
import type { GateField } from './field.js';
import { demand, demands, dial, flag, leave, offers, permits, ranked, together } from './field.js';

type GateFields = { readonly [F in keyof Gate]: GateField<Gate[F]> };

/** Which votes need a reason, from the narrowest duty to the widest. */
export const REASONS = ['never', 'deny', 'always'];
/** Patterns that bind more than the gate says elsewhere: a hold has its own field, a dry run binds the diff. */
const PATTERNS = ['exception-only', 'environment', 'threshold', 'hold-before-send', 'dry-run'];

/**
 * Every field of a gate. The one place that says what a field is, how two of them compare and what holds where two gates
 * bind together; strictness, merging and the words of `policy diff` derive from it. A field without a row does not compile.
 */
export const GATE_FIELDS: GateFields = {
  name: together('name', 'name'),
  pattern: { ...ranked('pattern', PATTERNS), implies: (a, b) => b !== 'dry-run' || a === b, more: null },
  quorum: together('count', 'quorum', 'stricter'),
  deny_quorum: leave('count', 'denials that end it'),
  reason: ranked('reason', REASONS),
  reason_min_length: demand('count', 'least length of a reason'),
  reason_fast_s: demand('seconds', 'time before which a vote needs a reason'),
  min_dwell_s: demand('seconds', 'time before which an approval is refused'),
  escalate_s: together('seconds', 'time to escalation'),
  claim_s: leave('seconds', 'time that a claim lasts', null),
  batch_max: leave('count', 'most requests of a batch'),
  review_rate: dial('share', 'share that is reviewed again'),
  break_glass_s: leave('seconds', 'life of a grant of broken glass'),
  respond_s: leave('seconds', 'time to respond', null),
  expire_s: leave('seconds', 'time to expiry', null),
  grant_ttl_s: leave('seconds', 'life of the grant'),
  roles: together('list', 'role', 'looser'),
  people: together('list', 'person', 'looser'),
  escalate_roles: together('list', 'role after escalation', 'looser'),
  exclude: demands('exclusion'),
  permit: permits('exception from separation of duties'),
  reason_presets: offers('reason offered'),
  evidence: demands('evidence'),
  // A gate without such fields is decided one by one, so both are; with them, all of them must be equal.
  batch_fields: {
    ...offers<string>('batch field'),
    merge: (a, b) => (a.length === 0 || b.length === 0 ? [] : [...new Set([...a, ...b])]),
  },
  remind_s: {
    ...{ shape: 'times', words: 'reminder', more: null, implies: null },
    merge: (a, b) => [...new Set([...a, ...b])].sort((one, other) => one - other),
  },
  thresholds: together('parts', 'thresholds (any of)'),
  factors: together('parts', 'factors (all of)'),
  stages: together('parts', 'stages (in order)'),
  all: together('parts', 'gates that bind together'),
  assign: { ...ranked('assignment', ['pool', 'rotate']), implies: null, more: null },
  hold: flag('hold'),
  token_audience: {
    ...{ shape: 'word', words: 'token audience', more: null },
    implies: (a, b) => b === null || a === b,
    merge: (a, b) => a ?? b,
  },
};

/** Fields by their name. */
export const fieldNames = Object.keys(GATE_FIELDS) as (keyof Gate)[];

/** True where the first gate's value of this field asks for all that the second's does. */
export function impliesField<F extends keyof Gate>(field: F, one: Gate, other: Gate): boolean {
  const { implies }: GateField<Gate[F]> = GATE_FIELDS[field];
  return implies === null || implies(one[field], other[field]);
}
