import type { CompiledType } from '../compiled.js';
import { decide } from '../decide.js';
import type { Finding } from './finding.js';
import type { Inspection } from './inspection.js';
import { isFalse, withBudget } from './inspection.js';
import type { Observation } from './observe.js';
import { observe } from './observe.js';
import type { Region } from './search.js';
import { regionsOf } from './search.js';
import type { Space } from './space.js';
import { describeValues } from './slots.js';

/** Holes that are told one by one; of the others only the number. */
const MAX_TOLD = 12;

const noneMatches = ({ rules }: Observation): boolean => rules.every((result) => result === false);

function inWords(space: Space, region: Region): string {
  const parts = region.flatMap(([index, values]) => {
    const slot = space.slots[index];
    return slot === undefined ? [] : (describeValues(slot, values) ?? []);
  });
  return parts.length === 0 ? 'every input' : parts.join(' and ');
}

/** An input in the middle of a region: for each slot the first value that is no edge. */
function exampleOf(space: Space, region: Region): ReturnType<Space['action']> {
  const choice = space.slots.map(() => -1);
  for (const [index, values] of region) {
    const inside = values.find((value) => {
      const stretch = space.slots[index]?.values[value]?.stretch;
      return !stretch || stretch.low !== stretch.high;
    });
    choice[index] = inside ?? values[0] ?? -1;
  }
  return space.action(choice);
}

/** Who decides where no rule does, and whether that is a cell of the matrix. */
function deciderOf({ policy }: Inspection, action: Observation['action']): { words: string; isCell: boolean } {
  const { trail } = decide({ policy, version: 1 }, action);
  const cell = trail.findLast(({ rule }) => rule === 'matrix');
  if (cell === undefined) return { words: `the fallback gate \`${policy.fallback.name}\` decides`, isCell: false };
  return { words: `the matrix decides (${cell.condition}: ${cell.gate ?? 'no gate'})`, isCell: true };
}

interface Hole {
  readonly words: string;
  readonly example: Observation;
}

function holesOf(inspection: Inspection): { holes: Hole[]; more: number } {
  const { space, type } = inspection;
  const wanted = type.rules.map(({ condition }) => isFalse(space.formula(condition)));
  const { found, whole } = withBudget(inspection, (budget) => regionsOf(space, wanted, budget));
  const holes = found.slice(0, MAX_TOLD).map((region) => ({
    words: inWords(space, region),
    example: observe(type, exampleOf(space, region)),
  }));
  const real = holes.filter(({ example }) => noneMatches(example));
  if (real.length > 0 || (whole && space.exact)) return { holes: real, more: Math.max(found.length - MAX_TOLD, 0) };
  const example = inspection.samples().find(noneMatches);
  return { holes: example === undefined ? [] : [{ words: 'an input', example }], more: 0 };
}

/** Inputs, with every fact known, for which no rule decides. */
export function gapsOf(inspection: Inspection): Finding[] {
  const { name, type } = inspection;
  const { holes, more } = holesOf(inspection);
  const findings = holes.map(({ words, example: { action } }): Finding => {
    const decider = deciderOf(inspection, action);
    const message = `no rule decides \`${name}\` for ${words}: ${decider.words}`;
    const severity = type.rules.length === 0 && decider.isCell ? 'info' : 'warning';
    return { code: 'gap', severity, message, action_type: name, path: ['action_types', name], witness: action };
  });
  if (more === 0) return findings;
  const message = `${more} or more further holes between the rules of \`${name}\``;
  return [...findings, { code: 'gap', severity: 'warning', message, action_type: name, path: ['action_types', name] }];
}

/** The type as if a rule and those after it were not there. */
function withoutFrom(type: CompiledType, rule: string): CompiledType | null {
  const index = type.rules.findIndex(({ name }) => name === rule);
  return index < 0 ? null : { ...type, rules: type.rules.slice(0, index) };
}

const onlyHere = (rule: string, message: string): Finding => ({
  code: 'only_here',
  severity: 'info',
  message,
  rule,
  path: ['rules', rule],
});

function caughtIn(inspection: Inspection, rule: string): Finding[] {
  const { name } = inspection;
  const type = withoutFrom(inspection.type, rule);
  const holes = type === null ? [] : holesOf({ ...inspection, type }).holes;
  return holes.map(({ words, example: { action } }) => ({
    ...onlyHere(rule, `only \`${rule}\` and what follows it decide \`${name}\` for ${words}`),
    action_type: name,
    witness: action,
  }));
}

/** What only a rule and those after it catch: the holes that there would be without them. */
export function caughtOnlyFrom(inspections: readonly Inspection[], rule: string): Finding[] {
  const found = inspections.flatMap((inspection) => caughtIn(inspection, rule));
  if (found.length > 0) return found;
  const isKnown = inspections.some(({ type }) => withoutFrom(type, rule) !== null);
  return [onlyHere(rule, isKnown ? `the rules before \`${rule}\` decide every input` : `there is no rule \`${rule}\``)];
}
