import { haveTwoAudiences, impliesGate } from '@countersign/events';
import type { Axis, Cell, CompiledRule } from '../compiled.js';
import { cellIndex } from '../compiled.js';
import { ruleChoice, severityOfChoice } from '../weigh.js';
import type { CheckedCell } from './checked-cell.js';
import type { Finding } from './finding.js';
import type { Inspection, Sought } from './inspection.js';
import { isFalse, isTrue, matchesFirst, seek } from './inspection.js';
import type { Observation } from './observe.js';
import type { Wanted } from './search.js';
import { rulePath, ruleInWords } from './words.js';

/** One way to a cell: on each axis one of its cases decides. */
interface Way {
  readonly cell: Cell;
  readonly wanted: readonly Wanted[];
}

interface Side {
  readonly level: number;
  readonly wanted: readonly Wanted[];
}

const sidesOf = ({ space }: Inspection, axis: Axis): Side[] =>
  axis.cases.map(({ level }, index) => ({
    level,
    wanted: axis.cases.slice(0, index + 1).map(({ condition }, at) => {
      const formula = space.formula(condition);
      return at === index ? isTrue(formula) : isFalse(formula);
    }),
  }));

/** Every combination of classification cases of a type, with the cell that it leads to. */
function waysOf(inspection: Inspection): Way[] {
  const { axes, cells } = inspection.type;
  if (axes === null || cells === null) return [];
  const [impacts, reversibilities, pressures] = [axes[0], axes[1], axes[2]].map((axis) => sidesOf(inspection, axis));
  return (impacts ?? []).flatMap((i) =>
    (reversibilities ?? []).flatMap((r) =>
      (pressures ?? []).flatMap((p) => {
        const cell = cells[cellIndex(i.level, r.level, p.level)];
        return cell === undefined ? [] : [{ cell, wanted: [...i.wanted, ...r.wanted, ...p.wanted] }];
      }),
    ),
  );
}

const seekCell = (inspection: Inspection, { cell, wanted }: Way): Sought =>
  seek(inspection, { wanted, holds: (seen) => seen.cell === cell });

/** The 18 cells of a policy's matrix; empty without one. */
export function checkedCells(inspections: readonly Inspection[]): CheckedCell[] {
  const cells = inspections.find(({ type }) => type.cells !== null)?.type.cells ?? [];
  const witnesses = new Map<string, CheckedCell['witness']>();
  for (const inspection of inspections) {
    for (const way of waysOf(inspection)) {
      if (witnesses.get(way.cell.label)) continue;
      witnesses.set(way.cell.label, seekCell(inspection, way).witness);
    }
  }
  return cells.map(({ label, approval, gate }) => {
    const decided = approval !== 'undefined';
    return {
      cell: label,
      approval,
      gate: decided ? (gate?.name ?? null) : null,
      witness: witnesses.get(label) ?? null,
    };
  });
}

const namesOf = (cells: readonly CheckedCell[]): string => cells.map(({ cell }) => cell).join('; ');

/** One line on all cells, one for each undefined cell that is met, and one for all that are not. */
export function cellFindings(cells: readonly CheckedCell[]): Finding[] {
  if (cells.length === 0) return [];
  const path = ['matrix'];
  const undefinedOnes = cells.filter(({ approval }) => approval === 'undefined');
  const met = cells.filter(({ witness }) => witness !== null).length;
  const decided = `${cells.length - undefinedOnes.length} of ${cells.length} cells are decided`;
  const summary = `${decided}; actions of this policy can stand in ${met} of them`;
  const findings = undefinedOnes.flatMap(({ cell, witness }): Finding[] => {
    const message = `nothing is said of the cell ${cell}: its actions wait for the fallback gate`;
    return witness === null ? [] : [{ code: 'undefined_cell', severity: 'warning', message, path, witness }];
  });
  const unmet = undefinedOnes.filter(({ witness }) => witness === null);
  const message = `nothing is said of ${unmet.length} cells in which no action can stand: ${namesOf(unmet)}`;
  if (unmet.length > 0) findings.push({ code: 'undefined_cell', severity: 'info', message, path });
  return [{ code: 'cells', severity: 'info', message: summary, path }, ...findings];
}

function looserRule(inspection: Inspection, index: number, ways: readonly Way[]): Finding | null {
  const { type, name } = inspection;
  const rule = type.rules[index];
  if (rule === undefined) return null;
  for (const way of ways) {
    if (!isSaidBy(way.cell, rule)) continue;
    const wanted = [...matchesFirst(inspection, index), ...way.wanted];
    const { witness } = seek(inspection, {
      wanted,
      holds: (seen) => seen.first === index && seen.cell === way.cell,
    });
    if (witness === null) continue;
    const message = `${ruleInWords(rule)} is looser than the \`yes\` cell ${way.cell.label} (${way.cell.gate?.name ?? ''}), which holds`;
    return {
      code: 'looser_than_yes',
      severity: 'error',
      message,
      action_type: name,
      rule: rule.name,
      path: rulePath(rule.name),
      witness,
    };
  }
  return null;
}

/** True where the cell's gate asks for all of the rule and more, so that the rule adds nothing. */
function isSaidBy({ gate }: Cell, rule: CompiledRule): boolean {
  if (gate === null || severityOfChoice(ruleChoice(rule)) >= gate.severity) return false;
  return rule.gate === null || impliesGate(gate.usual, rule.gate.usual);
}

/** Rules whose gate has another audience than a cell in which their actions may stand: nothing could be let go there. */
export const twoAudiences = (inspections: readonly Inspection[]): Finding[] =>
  inspections.flatMap((inspection) => {
    const ways = waysOf(inspection).filter(({ cell }) => cell.approval === 'yes' || cell.approval === 'undefined');
    return inspection.type.rules.flatMap((rule, index) => clashOf(inspection, rule, { index, ways }) ?? []);
  });

function clashOf(
  inspection: Inspection,
  { name, gate }: CompiledRule,
  { index, ways }: { index: number; ways: readonly Way[] },
): Finding | null {
  for (const { cell, wanted } of ways) {
    if (gate === null || cell.gate === null || !haveTwoAudiences(gate.usual, cell.gate.usual)) continue;
    const holds = (seen: Observation): boolean => seen.first === index && seen.cell === cell;
    const { witness } = seek(inspection, { wanted: [...matchesFirst(inspection, index), ...wanted], holds });
    if (witness === null) continue;
    const message = `the gates ${gate.name} of rule \`${name}\` and ${cell.gate.name} of the cell ${cell.label} name two audiences: such actions are denied, since a token has one`;
    const where = { action_type: inspection.name, rule: name, path: rulePath(name), witness };
    return { code: 'two_audiences', severity: 'error', message, ...where };
  }
  return null;
}

/** Rules that say less than a `yes` cell in which their actions may stand. The cell holds, so the rule misleads. */
export function looserThanYes(inspections: readonly Inspection[]): Finding[] {
  const found = new Map<string, Finding>();
  for (const inspection of inspections) {
    const ways = waysOf(inspection).filter(({ cell }) => cell.approval === 'yes');
    inspection.type.rules.forEach(({ name }, index) => {
      const finding = found.has(name) ? null : looserRule(inspection, index, ways);
      if (finding !== null) found.set(name, finding);
    });
  }
  return [...found.values()];
}
