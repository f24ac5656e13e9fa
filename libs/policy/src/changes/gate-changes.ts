import { fieldNames, GATE_FIELDS, REASONS } from '@countersign/events';
import type { Effect, Gate, Quorum } from '@countersign/events';
import type { CompiledGate } from '../gates.js';
import type { PolicyChange } from './change.js';
import { durationText, effectOf, listText, moves, opposite } from './change.js';

type Say = (text: string, effect: Effect) => PolicyChange;

const NUMBERS: readonly unknown[] = ['count', 'seconds', 'share'];
const shownAs = (field: keyof Gate): ((value: unknown) => string) =>
  GATE_FIELDS[field].shape === 'seconds' || GATE_FIELDS[field].shape === 'times'
    ? (value) => durationText(value as number)
    : String;

/** What is said of the fields of some shapes, in the order of the table. */
const fieldsOf = (shapes: readonly unknown[]): (keyof Gate)[] =>
  fieldNames.filter((field) => shapes.includes(GATE_FIELDS[field].shape));

function measureChanges(from: Gate, to: Gate, say: Say): PolicyChange[] {
  return fieldsOf(NUMBERS).flatMap((field) => {
    const { words, more } = GATE_FIELDS[field];
    const shown = shownAs(field);
    const [before, after] = [from[field], to[field]] as [number | null, number | null];
    if (before === after) return [];
    if (before === null || after === null) {
      const none = (value: number | null): string => (value === null ? 'none' : shown(value));
      const effect = before === null ? more : opposite(more);
      return [say(`${words} changes from ${none(before)} to ${none(after)}`, effect)];
    }
    const effect = after > before ? more : opposite(more);
    return [say(`${words} ${moves(before, after)} from ${shown(before)} to ${shown(after)}`, effect)];
  });
}

function listChanges(from: Gate, to: Gate, say: Say): PolicyChange[] {
  return fieldsOf(['list', 'times']).flatMap((field) => {
    const { words, more } = GATE_FIELDS[field];
    const [before, after] = [from[field], to[field]].map((all) => (all as readonly unknown[]).map(shownAs(field)));
    const beyond = (some: string[] = [], all: string[] = []): string[] => some.filter((one) => !all.includes(one));
    return [
      ...beyond(after, before).map((one) => say(`${words} ${one} is added`, more)),
      ...beyond(before, after).map((one) => say(`${words} ${one} is removed`, opposite(more))),
    ];
  });
}

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
