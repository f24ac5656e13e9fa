import type { Axis, Cell, CompiledType } from './compiled.js';
import { cellIndex } from './compiled.js';
import type { Condition } from './condition.js';
import type { Evaluation } from './trail.js';
import { judge, valuesOf } from './trail.js';

/** Conditions that cannot be told and what they would have to be, by their text. */
export type Given = ReadonlyMap<string, boolean>;

const NOTHING: Given = new Map();

/** True where no condition would have to be both true and false. */
export const isPossible = (one: Given, other: Given): boolean =>
  one.size === 0 || other.size === 0 || [...one].every(([text, result]) => (other.get(text) ?? result) === result);

/** Keeps account of what must hold for the next one of a list to be the first that does. */
export class FirstOf {
  private denied: Given = NOTHING;

  /** What holds where this one is the first; call it in the order of the list. */
  given(condition: Condition | null, result: boolean | null): Given {
    if (condition === null || result !== null) return this.denied;
    const before = this.denied;
    this.denied = new Map([...before, [condition.text, false]]);
    return new Map([...before, [condition.text, true]]);
  }

  /** What holds where none of them does. */
  get none(): Given {
    return this.denied;
  }
}

/** A level that the axis could give. */
interface Way {
  readonly level: number;
  readonly given: Given;
}

/** Where an action may stand on the three axes: one bit for each possible level. */
export interface Classes {
  readonly impact: number;
  readonly reversibility: number;
  readonly regulatory_pressure: number;
  /** The same with what must hold for it, in the order of the axes. */
  readonly ways: readonly (readonly Way[])[];
}

/** The levels that the axis could give, whatever the unknown facts are. */
function possibleLevels(axis: Axis, evaluation: Evaluation): Way[] {
  const ways: Way[] = [];
  const first = new FirstOf();
  for (const { level, label, condition } of axis.cases) {
    const { result, error } = condition === null ? CERTAIN : judge(condition, evaluation);
    if (result === false) continue;
    if (condition !== null)
      evaluation.trail.push({
        rule: label,
        condition: condition.text,
        result,
        values: valuesOf(condition.facts, evaluation.values),
        ...(error && { error }),
      });
    ways.push({ level, given: first.given(condition, result) });
    if (result === true) break;
  }
  return ways;
}

const CERTAIN: { result: true; error?: string } = { result: true };
const bitsOf = (ways: readonly Way[] = []): number => ways.reduce((bits, { level }) => bits | (1 << level), 0);

export function classify({ axes }: CompiledType, evaluation: Evaluation): Classes | null {
  if (axes === null) return null;
  const ways = axes.map((axis) => possibleLevels(axis, evaluation));
  const [impact, reversibility, regulatory_pressure] = [bitsOf(ways[0]), bitsOf(ways[1]), bitsOf(ways[2])];
  return { impact, reversibility, regulatory_pressure, ways };
}

/** Index of the most severe possible level. */
export const severest = (bits: number): number => 31 - Math.clz32(bits);

const isOne = (bits: number): boolean => (bits & (bits - 1)) === 0;

/** A cell in which the action may stand, and what must hold for it. */
export interface Place {
  readonly cell: Cell;
  readonly given: Given;
}

/** The cells in which the action may stand. */
export function possibleCells(cells: readonly Cell[], classes: Classes): readonly Place[] {
  const { impact, reversibility, regulatory_pressure, ways } = classes;
  if (isOne(impact) && isOne(reversibility) && isOne(regulatory_pressure)) {
    const cell = cells[cellIndex(severest(impact), severest(reversibility), severest(regulatory_pressure))];
    return cell ? [{ cell, given: NOTHING }] : [];
  }
  const [impacts = [], reversibilities = [], pressures = []] = ways;
  return impacts.flatMap((i) =>
    reversibilities.flatMap((r) =>
      pressures.flatMap((p) => {
        const cell = cells[cellIndex(i.level, r.level, p.level)];
        const isWorld = isPossible(i.given, r.given) && isPossible(i.given, p.given) && isPossible(r.given, p.given);
        return cell === undefined || !isWorld ? [] : [{ cell, given: new Map([...i.given, ...r.given, ...p.given]) }];
      }),
    ),
  );
}
