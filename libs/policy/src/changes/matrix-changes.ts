import type { Cell, CompiledPolicy } from '../compiled.js';
import { cellIndex, LEVELS } from '../compiled.js';
import type { Classification } from '../classify-document.js';
import type { PolicyChange } from './change.js';
import { effectOf } from './change.js';
import { conditionChanges, quoted } from './condition-changes.js';

/** The cells are the same for every action type of a policy. */
const cellsOf = ({ types }: CompiledPolicy): readonly Cell[] | null =>
  [...types.values()].find(({ cells }) => cells !== null)?.cells ?? null;

const cellText = (cell: Cell | undefined): string =>
  cell === undefined ? 'nothing' : cell.gate === null ? cell.approval : `${cell.approval} by ${cell.gate.name}`;

/** `yes` asks at least its gate, `maybe` leaves it to the rules, `no` asks nothing. */
const RANKS = { no: 0, maybe: 1, yes: 2, undefined: 2 };

function cellEffect(from: Cell | undefined, to: Cell | undefined): PolicyChange['effect'] {
  if (from === undefined || to === undefined) return null;
  const ranks = RANKS[to.approval] - RANKS[from.approval];
  const gates = (to.gate?.severity ?? 0) - (from.gate?.severity ?? 0);
  return ranks === 0 ? effectOf(gates) : ranks > 0 === gates >= 0 || gates === 0 ? effectOf(ranks) : null;
}

function cellChange(from: Cell | undefined, to: Cell | undefined, place: string): PolicyChange[] {
  if (cellText(from) === cellText(to)) return [];
  const text = `changes from ${cellText(from)} to ${cellText(to)}`;
  return [{ subject: `matrix ${place}`, text, effect: cellEffect(from, to) }];
}

/** What changed about the cells of the matrix, 18 at most. */
export function matrixChanges(before: CompiledPolicy, after: CompiledPolicy): PolicyChange[] {
  const [from, to] = [cellsOf(before), cellsOf(after)];
  return LEVELS.impact.flatMap((impact, i) =>
    LEVELS.reversibility.flatMap((reversibility, r) =>
      LEVELS.regulatory_pressure.flatMap((pressure, p) => {
        const at = cellIndex(i, r, p);
        const place = `impact ${impact}, reversibility ${reversibility}, regulatory pressure ${pressure}`;
        return cellChange(from?.[at], to?.[at], place);
      }),
    ),
  );
}

type Case = Classification['impact'][number] | Classification['reversibility'][number];

const caseText = ({ is, when, for: types }: Case): string =>
  `${is} when ${quoted(when)}${types === undefined ? '' : ` for ${types.join(', ')}`}`;

function axisChanges(axis: string, from: readonly Case[], to: readonly Case[]): PolicyChange[] {
  const subject = `classification of ${axis.replaceAll('_', ' ')}`;
  const sameShape = from.length === to.length && from.every(({ is }, index) => is === to[index]?.is);
  if (!sameShape) {
    const text = (cases: readonly Case[]): string => cases.map(caseText).join('; ') || 'nothing';
    return text(from) === text(to)
      ? []
      : [{ subject, text: `changes from ${text(from)} to ${text(to)}`, effect: null }];
  }
  return to.flatMap((one, index) => conditionChanges(`${subject}, ${one.is}`, from[index]?.when, one.when, null));
}

/** What changed about the levels of the three axes. */
export function classificationChanges(before: CompiledPolicy, after: CompiledPolicy): PolicyChange[] {
  const [from, to] = [before.document?.classify, after.document?.classify];
  return (['impact', 'reversibility', 'regulatory_pressure'] as const).flatMap((axis) =>
    axisChanges(axis, from?.[axis] ?? [], to?.[axis] ?? []),
  );
}
