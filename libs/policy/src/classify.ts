import type { Axis, Cell, CompiledType } from './compiled.js';
import { cellIndex } from './compiled.js';
import type { Evaluation } from './trail.js';
import { judge, valuesOf } from './trail.js';

/** Where an action may stand on the three axes: one bit for each possible level. */
export interface Classes {
  readonly impact: number;
  readonly reversibility: number;
  readonly regulatory_pressure: number;
}

/** Bits of the levels that the axis could give, whatever the unknown facts are. */
function possibleLevels(axis: Axis, evaluation: Evaluation): number {
  let bits = 0;
  for (const { level, label, condition } of axis.cases) {
    if (condition === null) return bits | (1 << level);
    const { result, error } = judge(condition, evaluation);
    if (result === false) continue;
    evaluation.trail.push({
      rule: label,
      condition: condition.text,
      result,
      values: valuesOf(condition.facts, evaluation.values),
      ...(error && { error }),
    });
    bits |= 1 << level;
    if (result === true) return bits;
  }
  return bits;
}

export function classify({ axes }: CompiledType, evaluation: Evaluation): Classes | null {
  if (axes === null) return null;
  return {
    impact: possibleLevels(axes[0], evaluation),
    reversibility: possibleLevels(axes[1], evaluation),
    regulatory_pressure: possibleLevels(axes[2], evaluation),
  };
}

/** Index of the most severe possible level. */
export const severest = (bits: number): number => 31 - Math.clz32(bits);

const isOne = (bits: number): boolean => (bits & (bits - 1)) === 0;
const indexes = (bits: number): number[] => [0, 1, 2].filter((index) => bits & (1 << index));

/** The cells in which the action may stand. */
export function possibleCells(
  cells: readonly Cell[],
  { impact, reversibility, regulatory_pressure }: Classes,
): readonly Cell[] {
  if (isOne(impact) && isOne(reversibility) && isOne(regulatory_pressure)) {
    const cell = cells[cellIndex(severest(impact), severest(reversibility), severest(regulatory_pressure))];
    return cell ? [cell] : [];
  }
  return indexes(impact).flatMap((i) =>
    indexes(reversibility).flatMap((r) => indexes(regulatory_pressure).flatMap((p) => cells[cellIndex(i, r, p)] ?? [])),
  );
}
