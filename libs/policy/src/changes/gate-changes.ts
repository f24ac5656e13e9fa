import type { Gate, Quorum } from '@countersign/events';
import type { CompiledGate } from '../gates.js';
import type { Effect, PolicyChange } from './change.js';
import { durationText, effectOf, listText, moves, opposite } from './change.js';

type Say = (text: string, effect: Effect) => PolicyChange;

/** A number of the gate that people can weigh. `rising` is what a higher one does. */
interface Measure {
  readonly name: string;
  readonly of: (gate: Gate) => number | null;
  readonly rising: Effect;
  readonly shown: (value: number) => string;
}

const MEASURES: readonly Measure[] = [
  { name: 'quorum', of: ({ quorum }) => quorum, rising: 'stricter', shown: String },
  { name: 'denials that end it', of: ({ deny_quorum }) => deny_quorum, rising: 'looser', shown: String },
  { name: 'least length of a reason', of: (gate) => gate.reason_min_length, rising: 'stricter', shown: String },
  {
    name: 'time before which a vote needs a reason',
    of: (gate) => gate.reason_fast_s,
    rising: 'stricter',
    shown: durationText,
  },
  {
    name: 'time before which an approval is refused',
    of: (gate) => gate.min_dwell_s,
    rising: 'stricter',
    shown: durationText,
  },
  { name: 'time to escalation', of: (gate) => gate.escalate_s, rising: null, shown: durationText },
  { name: 'time that a claim lasts', of: (gate) => gate.claim_s, rising: null, shown: durationText },
  { name: 'most requests of a batch', of: (gate) => gate.batch_max, rising: 'looser', shown: String },
  { name: 'share that is reviewed again', of: (gate) => gate.review_rate, rising: 'stricter', shown: String },
  { name: 'life of a grant of broken glass', of: (gate) => gate.break_glass_s, rising: 'looser', shown: durationText },
  { name: 'time to respond', of: ({ respond_s }) => respond_s, rising: null, shown: durationText },
  { name: 'time to expiry', of: ({ expire_s }) => expire_s, rising: null, shown: durationText },
  { name: 'life of the grant', of: ({ grant_ttl_s }) => grant_ttl_s, rising: 'looser', shown: durationText },
];

/** Lists of the gate. `longer` is what one more entry does. */
const LISTS: readonly { name: string; of: (gate: Gate) => readonly string[]; longer: Effect }[] = [
  { name: 'role', of: ({ roles }) => roles, longer: 'looser' },
  { name: 'person', of: ({ people }) => people, longer: 'looser' },
  { name: 'role after escalation', of: (gate) => gate.escalate_roles, longer: 'looser' },
  { name: 'exclusion', of: ({ exclude }) => exclude, longer: 'stricter' },
  { name: 'exception from separation of duties', of: ({ permit }) => permit, longer: 'looser' },
  { name: 'reason offered', of: (gate) => gate.reason_presets, longer: null },
  { name: 'evidence', of: ({ evidence }) => evidence, longer: 'stricter' },
  { name: 'batch field', of: (gate) => gate.batch_fields, longer: null },
  { name: 'reminder', of: (gate) => gate.remind_s.map(durationText), longer: null },
];

function measureChanges(from: Gate, to: Gate, say: Say): PolicyChange[] {
  return MEASURES.flatMap(({ name, of, rising, shown }) => {
    const [before, after] = [of(from), of(to)];
    if (before === after) return [];
    if (before === null || after === null) {
      const none = (value: number | null): string => (value === null ? 'none' : shown(value));
      return [
        say(`${name} changes from ${none(before)} to ${none(after)}`, before === null ? rising : opposite(rising)),
      ];
    }
    const effect = after > before ? rising : opposite(rising);
    return [say(`${name} ${moves(before, after)} from ${shown(before)} to ${shown(after)}`, effect)];
  });
}

function listChanges(from: Gate, to: Gate, say: Say): PolicyChange[] {
  return LISTS.flatMap(({ name, of, longer }) => [
    ...of(to)
      .filter((one) => !of(from).includes(one))
      .map((one) => say(`${name} ${one} is added`, longer)),
    ...of(from)
      .filter((one) => !of(to).includes(one))
      .map((one) => say(`${name} ${one} is removed`, opposite(longer))),
  ]);
}

const REASONS = ['never', 'deny', 'always'];

const partText = ({ name, count, roles, people }: Quorum): string =>
  `${name} (${count} of ${listText([...roles, ...people])})`;
const partsText = (parts: readonly Quorum[]): string => (parts.length === 0 ? 'none' : listText(parts.map(partText)));

/** One more threshold is one more way to a yes; one more factor is one more yes that is needed. */
function partChanges(from: Gate, to: Gate, say: Say): PolicyChange[] {
  const change = (name: string, before: readonly Quorum[], after: readonly Quorum[]): PolicyChange[] =>
    partsText(before) === partsText(after)
      ? []
      : [say(`${name} change from ${partsText(before)} to ${partsText(after)}`, null)];
  return [
    ...change('thresholds (any of)', from.thresholds, to.thresholds),
    ...change('factors (all of)', from.factors, to.factors),
    ...change('stages (in order)', from.stages, to.stages),
  ];
}

function otherChanges(from: CompiledGate, to: CompiledGate, say: Say): PolicyChange[] {
  const [before, after] = [from.usual, to.usual];
  const changes: PolicyChange[] = [];
  if (before.pattern !== after.pattern)
    changes.push(say(`pattern changes from ${before.pattern} to ${after.pattern}`, null));
  if (before.reason !== after.reason) {
    const effect = effectOf(REASONS.indexOf(after.reason) - REASONS.indexOf(before.reason));
    changes.push(say(`a reason is asked for ${after.reason}, not ${before.reason}`, effect));
  }
  if (from.sample !== to.sample) {
    const shown = (one: number | null): string => (one === null ? "the policy's" : String(one));
    changes.push(say(`probability of an audit changes from ${shown(from.sample)} to ${shown(to.sample)}`, null));
  }
  if (from.dwellPerKb !== to.dwellPerKb) {
    const [old, now] = [durationText(from.dwellPerKb), durationText(to.dwellPerKb)];
    changes.push(say(`time to read each KiB changes from ${old} to ${now}`, effectOf(to.dwellPerKb - from.dwellPerKb)));
  }
  if (before.assign !== after.assign)
    changes.push(say(`requests are assigned by ${after.assign}, not ${before.assign}`, null));
  if (before.hold !== after.hold)
    changes.push(
      say(
        after.hold ? 'approved actions wait for release' : 'approved actions no longer wait for release',
        effectOf(after.hold ? 1 : -1),
      ),
    );
  if (from.diffRequired !== to.diffRequired)
    changes.push(
      say(to.diffRequired ? 'a diff is required' : 'a diff is no longer required', effectOf(to.diffRequired ? 1 : -1)),
    );
  if (before.token_audience !== after.token_audience)
    changes.push(
      say(`token audience changes from ${before.token_audience ?? 'any'} to ${after.token_audience ?? 'any'}`, null),
    );
  return changes;
}

/** What changed about one gate that both versions have. */
export function gateChanges(from: CompiledGate, to: CompiledGate): PolicyChange[] {
  const say: Say = (text, effect) => ({ subject: `gate ${to.name}`, text, effect });
  return [
    ...measureChanges(from.usual, to.usual, say),
    ...listChanges(from.usual, to.usual, say),
    ...partChanges(from.usual, to.usual, say),
    ...otherChanges(from, to, say),
  ];
}
