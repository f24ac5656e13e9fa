import type { FactDeclaration, PolicyDocument } from './document.js';
import type { Fact } from './facts.js';
import { compileFact } from './facts.js';

/** The object that holds the counters in conditions, and in the action. */
export const VELOCITY = 'velocity';
/** The source of the counters. No declaration can name it: it is computed, not stated. */
const LOG = 'log';

/** Currency of the money fact of that name in a type; null when there is none. */
export function moneyCurrency(document: PolicyDocument, type: string, fact: string): string | null {
  const declaration = document.action_types[type]?.facts[fact] ?? document.facts[fact];
  return declaration?.type === 'money' ? declaration.currency : null;
}

/** The policy's velocity counters as facts of a type. They come from the log, so no agent can state them. */
export function velocityFacts(document: PolicyDocument, type: string): Fact[] {
  return Object.entries(document.velocity).flatMap(([name, { sum, for: types }]) => {
    if (types && !types.includes(type)) return [];
    const currency = sum === undefined ? null : moneyCurrency(document, type, sum);
    if (sum !== undefined && currency === null) return [];
    const at = `/${VELOCITY}/${name}`;
    const counter: FactDeclaration = { at, stated_by: LOG, type: 'int', min: 0 };
    const total: FactDeclaration = {
      at,
      stated_by: LOG,
      type: 'money',
      currency: currency ?? '',
      ...{ bare_number: false, minor_units: false },
      min: '0',
    };
    return [{ ...compileFact(`${VELOCITY}.${name}`, currency === null ? counter : total), group: [VELOCITY, name] }];
  });
}

/** A fact that the log counts, and not the action states. */
export const isCounted = ({ group }: Fact): boolean => group !== null;

/** The counted facts of one object, by name and type as the expression language declares them. */
export const countersOf = (facts: readonly Fact[], holder: string): Record<string, string> =>
  Object.fromEntries(facts.flatMap(({ group, celType }) => (group?.[0] === holder ? [[group[1], celType]] : [])));
