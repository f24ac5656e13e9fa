import type { Axis, Cell, CompiledCase, CompiledRule, CompiledSegment, CompiledType } from './compiled.js';
import { cellIndex, LEVELS } from './compiled.js';
import type { Condition } from './condition.js';
import { compileCondition, ConditionError, languageOf } from './condition.js';
import type { FactDeclaration, PolicyDocument } from './document.js';
import type { Fact } from './facts.js';
import { DENIAL_FACTS } from './denials/denial-facts.js';
import { compileFact } from './facts.js';
import type { CompiledGate } from './gates.js';
import type { RulePlaces } from './patterns.js';
import type { Path, ProblemList } from './problems.js';
import { covers } from './stated-by.js';
import { velocityFacts } from './velocity-facts.js';

/** What the parts of one policy share while it is compiled. */
export interface Compilation {
  readonly document: PolicyDocument;
  readonly gates: ReadonlyMap<string, CompiledGate>;
  readonly fallback: CompiledGate;
  /** Where each rule of the document was written. */
  readonly places: RulePlaces;
  readonly problems: ProblemList;
}

type Compile = (text: string, path: Path) => Condition | null;

const speaksFor = (declaration: { for?: string[] }, type: string): boolean => declaration.for?.includes(type) ?? true;

function factsOf({ document, problems }: Compilation, type: string): Fact[] {
  const own = document.action_types[type]?.facts ?? {};
  const sources: [Record<string, FactDeclaration>, Path][] = [
    [document.facts, ['facts']],
    [own, ['action_types', type, 'facts']],
  ];
  const sensitive = document.action_types[type]?.sensitive ?? [];
  const isSensitive = ({ at }: FactDeclaration): boolean =>
    sensitive.some((place) => covers(place, at) || covers(at, place));
  const facts = new Map<string, Fact>();
  for (const [declarations, path] of sources) {
    for (const [name, declaration] of Object.entries(declarations)) {
      if (facts.has(name))
        problems.add([...path, name], `expected another name: \`${name}\` is declared for every type`);
      try {
        facts.set(name, { ...compileFact(name, declaration), sensitive: isSensitive(declaration) });
      } catch {
        problems.add([...path, name], 'expected bounds with at most the decimals of the currency');
      }
    }
  }
  return [...facts.values(), ...velocityFacts(document, type)];
}

function compilerOf(facts: readonly Fact[], problems: ProblemList): Compile {
  const language = languageOf(facts);
  return (text, path) => {
    try {
      return compileCondition(language, facts, text);
    } catch (error) {
      if (!(error instanceof ConditionError)) throw error;
      problems.add(path, error.message, error.position);
      return null;
    }
  };
}

function compileAxis(name: keyof typeof LEVELS, type: string, compilation: Compilation, compile: Compile): Axis {
  const levels: readonly string[] = LEVELS[name];
  const cases: CompiledCase[] = [];
  const declared = compilation.document.classify?.[name] ?? [];
  declared.forEach((one, index) => {
    if (!speaksFor(one, type)) return;
    const condition = one.when === undefined ? null : compile(one.when, ['classify', name, index, 'when']);
    cases.push({ level: levels.indexOf(one.is), label: `${name}=${one.is}`, condition });
  });
  const total = cases.at(-1);
  const open = declared.findLast((one) => speaksFor(one, type));
  if (!total || open?.when !== undefined) {
    compilation.problems.add(['classify', name], `expected a last case without \`when\` for ${type}`);
  }
  return { levels, cases };
}

const matches = (wanted: string | readonly string[], level: string): boolean =>
  wanted === 'any' || wanted === level || (Array.isArray(wanted) && wanted.includes(level));

function cellAt(
  { document, gates, fallback }: Compilation,
  impact: string,
  reversibility: string,
  pressure: string,
): Cell {
  const label = `impact=${impact}, reversibility=${reversibility}, regulatory_pressure=${pressure}`;
  const row = document.matrix.find(
    (one) =>
      matches(one.impact, impact) &&
      matches(one.reversibility, reversibility) &&
      matches(one.regulatory_pressure, pressure),
  );
  if (!row) return { label, approval: 'undefined', gate: fallback };
  const gate = row.approval === 'no' ? null : ((row.gate === undefined ? fallback : gates.get(row.gate)) ?? fallback);
  return { label, approval: row.approval, gate };
}

function compileCells(compilation: Compilation): Cell[] | null {
  if (compilation.document.matrix.length === 0) return null;
  const cells: Cell[] = [];
  LEVELS.impact.forEach((impact, i) =>
    LEVELS.reversibility.forEach((reversibility, r) =>
      LEVELS.regulatory_pressure.forEach((pressure, p) => {
        cells[cellIndex(i, r, p)] = cellAt(compilation, impact, reversibility, pressure);
      }),
    ),
  );
  return cells;
}

/** A condition stands under `when` of its rule, or under `exceptions` of the gate that brought it in. */
const placeOf = (path: Path = []): Path => [...path, path[0] === 'gates' ? 'exceptions' : 'when'];

function compileRules(
  { document, gates, places }: Compilation,
  type: string,
  facts: readonly Fact[],
  compile: Compile,
): CompiledRule[] {
  return document.rules.flatMap((rule, index) => {
    if (!speaksFor(rule, type)) return [];
    const condition = rule.when === undefined ? null : compile(rule.when, placeOf(places[index]));
    const gate = rule.gate === undefined ? null : (gates.get(rule.gate) ?? null);
    const shows = condition?.facts ?? facts.map((fact) => fact.name);
    return [{ name: rule.name, condition, then: rule.then, gate, explanation: rule.explanation ?? null, shows }];
  });
}

function compileSegments({ document: { rollout } }: Compilation, type: string, compile: Compile): CompiledSegment[] {
  return rollout.segments.flatMap(({ when, name, mode, ...segment }, index) => {
    const condition = speaksFor(segment, type) ? compile(when, ['rollout', 'segments', index, 'when']) : null;
    return condition === null ? [] : [{ name, condition, mode }];
  });
}

/** What the type declares of proposals. */
function termsOf(
  { action_types }: PolicyDocument,
  type: string,
): Pick<CompiledType, 'sensitive' | 'context' | 'preconditions' | 'preconditionsRequired' | 'after'> {
  const {
    sensitive = [],
    context = 'keep',
    preconditions = [],
    preconditions_required,
    after,
  } = action_types[type] ?? {};
  return {
    sensitive,
    context,
    preconditions,
    preconditionsRequired: preconditions_required ?? false,
    after: after ?? null,
  };
}

/** Compiles everything that a policy says of one action type; what is wrong goes to the problems. */
export function compileType(compilation: Compilation, type: string): CompiledType {
  const facts = factsOf(compilation, type);
  const compile = compilerOf([...facts, ...DENIAL_FACTS], compilation.problems);
  const axis = (name: keyof typeof LEVELS): Axis => compileAxis(name, type, compilation, compile);
  const classified = compilation.document.classify !== undefined;
  const axes = classified ? ([axis('impact'), axis('reversibility'), axis('regulatory_pressure')] as const) : null;
  const rules = compileRules(compilation, type, facts, compile);
  const segments = compileSegments(compilation, type, compile);
  const conditions = [...rules, ...segments, ...(axes ?? []).flatMap((one) => one.cases)].map((one) => one.condition);
  const usesPresence = conditions.some((condition) => condition?.usesPresence);
  return {
    // Only a policy that asks for denials has them among its facts.
    facts: [...facts, ...DENIAL_FACTS.filter(({ name }) => conditions.some((one) => one?.facts.includes(name)))],
    usesPresence,
    axes,
    cells: classified ? compileCells(compilation) : null,
    rules,
    segments,
    ...termsOf(compilation.document, type),
  };
}
