import { compareDecimal } from '@countersign/canonical';
import type { CompiledRule, CompiledType } from '../compiled.js';
import type { Condition } from '../condition.js';
import type { Fact } from '../facts.js';
import { boundsOf, ENVIRONMENTS } from './candidates.js';
import type { Finding } from './finding.js';
import { atomsIn, formulaOf } from './formula.js';
import type { Inspection } from './inspection.js';
import type { Comparison, Literal } from './literals.js';

/** Where a literal lies beside the values that a fact can have: below, above, or no value at all. */
type Outside = 'below' | 'above' | 'unknown' | null;

function besideMoney({ declaration }: Fact, literal: Literal): Outside {
  if (declaration.type !== 'money' || typeof literal !== 'object') return null;
  const least = declaration.above ?? declaration.min;
  return least !== undefined && compareDecimal(literal.value, least) < 0 ? 'below' : null;
}

function besideNumber(fact: Fact, literal: Literal): Outside {
  if (typeof literal !== 'number' && typeof literal !== 'bigint') return null;
  const { min, max } = boundsOf(fact);
  if (min !== undefined && literal < min) return 'below';
  return max !== undefined && literal > max ? 'above' : null;
}

function besideList({ declaration, pointer }: Fact, literal: Literal): Outside {
  if (typeof literal !== 'string' || declaration.type !== 'string') return null;
  const known = pointer === '/environment' ? ENVIRONMENTS : declaration.one_of;
  return known === undefined || known.includes(literal) ? null : 'unknown';
}

const ALWAYS: Readonly<Record<'below' | 'above' | 'unknown', readonly string[]>> = {
  below: ['>', '>=', '!='],
  above: ['<', '<=', '!='],
  unknown: ['!='],
};

const shown = (literal: Literal): string =>
  typeof literal === 'object'
    ? `${literal.value} ${literal.currency}`
    : typeof literal === 'string'
      ? `"${literal}"`
      : String(literal);

function rangeOf(fact: Fact): string {
  const { declaration, pointer } = fact;
  if (declaration.type === 'money')
    return `amounts ${declaration.above === undefined ? 'from' : 'above'} ${declaration.above ?? declaration.min ?? '0'}`;
  if (declaration.type === 'string')
    return (pointer === '/environment' ? ENVIRONMENTS : (declaration.one_of ?? [])).join(', ');
  const { min, max } = boundsOf(fact);
  return `${min ?? '…'} to ${max ?? '…'}`;
}

function faultOf(fact: Fact, { operator, literal }: Comparison): string | null {
  const outside = besideMoney(fact, literal) ?? besideNumber(fact, literal) ?? besideList(fact, literal);
  if (outside === null) return null;
  const always = ALWAYS[outside].includes(operator);
  return `\`${fact.name} ${operator} ${shown(literal)}\` is always ${always}: \`${fact.name}\` is one of ${rangeOf(fact)}`.replace(
    'is one of amounts',
    'takes amounts',
  );
}

interface Place {
  readonly condition: Condition | null;
  readonly path: readonly string[];
  readonly rule?: string;
}

const ofRule = ({ name, condition }: CompiledRule): Place => ({ condition, path: ['rules', name, 'when'], rule: name });

function placesOf({ rules, axes }: CompiledType): Place[] {
  const cases = (axes ?? []).flatMap(({ cases: all }) => all);
  const ofCases = cases.map(({ condition, label }) => ({ condition, path: ['classify', label.split('=')[0] ?? ''] }));
  return [...rules.map(ofRule), ...ofCases];
}

const faultsIn = ({ facts }: CompiledType, condition: Condition): string[] =>
  atomsIn(formulaOf(condition, new Map()))
    .flatMap(({ reads }) => reads.comparisons)
    .flatMap((one) => {
      const fact = facts.find(({ name }) => name === one.fact);
      return fact === undefined ? [] : (faultOf(fact, one) ?? []);
    });

/** Comparisons with a value that the fact can never have. Another currency is refused when the policy is loaded. */
export function unitFaults(inspections: readonly Inspection[]): Finding[] {
  const found = inspections.flatMap(({ type }) =>
    placesOf(type).flatMap(({ condition, path, rule }) =>
      (condition === null ? [] : faultsIn(type, condition)).map((message): Finding => ({
        code: 'units',
        severity: 'error',
        message,
        path,
        ...(rule && { rule }),
      })),
    ),
  );
  return [...new Map(found.map((one) => [`${one.path.join('/')} ${one.message}`, one])).values()];
}
