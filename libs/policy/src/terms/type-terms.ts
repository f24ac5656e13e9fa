import type { CompiledType } from '../compiled.js';
import type { PolicyVersion } from '../policy-version.js';
import { covers } from '../stated-by.js';
import type { AfterDeclaration } from './after-document.js';
import { placesOf } from './after-document.js';
import { CONTEXT_TERMS } from './context-term.js';
import type { ContextTerm } from './context-term.js';
import { amountTermsOf } from './amount.js';
import type { AmountTerm } from './amount.js';

/** What the policies that speak for an action type declare about its proposals. */
export interface TypeTerms {
  /** RFC 6901 pointers into the action whose values may not be stored in plain text. */
  readonly sensitive: readonly string[];
  /** What is stored of `context`. */
  readonly context: ContextTerm;
  /** Members of `preconditions` without which a proposal is refused. */
  readonly required: readonly string[];
  /** How `after` follows from the rest; each of them must hold. */
  readonly after: readonly AfterDeclaration[];
  /** How the amount is written; none where it is plain money. */
  readonly amounts: readonly AmountTerm[];
}

const NO_TERMS: TypeTerms = { sensitive: [], context: 'keep', required: [], after: [], amounts: [] };
const EVERY_TENANT = '*';
const STATES = ['/before', '/after'] as const;

const overlaps = (a: string, b: string): boolean => covers(a, b) || covers(b, a);

/** A sensitive place of one state is one of the other too: what was, or will be, says the same of a person. */
function inBothStates(pointer: string): string[] {
  const state = STATES.find((root) => covers(root, pointer));
  return state === undefined ? [pointer] : STATES.map((root) => root + pointer.slice(state.length));
}

/** Members of `after` that are made of sensitive values. */
const tainted = (sensitive: readonly string[], declaration: AfterDeclaration): string[] =>
  Object.entries(declaration).flatMap(([member, derivation]) =>
    placesOf(derivation).some((place) => sensitive.some((hidden) => overlaps(hidden, place)))
      ? [`/after/${member}`]
      : [],
  );

/** Without those that stand below another one, in order. */
const outermost = (pointers: readonly string[]): string[] =>
  [...new Set(pointers)].filter((one) => !pointers.some((other) => other !== one && covers(other, one))).sort();

function sensitiveOf(types: readonly CompiledType[]): string[] {
  const declared = types.flatMap(({ sensitive }) => sensitive).flatMap(inBothStates);
  const derived = types.flatMap(({ after }) => (after === null ? [] : tainted(declared, after)));
  return outermost([...declared, ...derived.flatMap(inBothStates)]);
}

const typesOf = (versions: readonly PolicyVersion[], tenant: string, actionType: string): CompiledType[] =>
  versions
    .filter(({ policy }) => policy.tenant === tenant || policy.tenant === EVERY_TENANT)
    .flatMap(({ policy }) => policy.types.get(actionType) ?? []);

/**
 * The terms of an action type, the strict way: what any policy of the tenant or of every tenant calls sensitive is, in
 * whatever mode it stands, and also where it only watches; and the least of `context` that one of them keeps is kept. The
 * rest is said by those that speak.
 */
export function termsOf(
  { active, shadows }: { readonly active: readonly PolicyVersion[]; readonly shadows: readonly PolicyVersion[] },
  tenant: string,
  actionType: string,
): TypeTerms {
  const speaking = typesOf(active, tenant, actionType);
  const all = [...speaking, ...typesOf(shadows, tenant, actionType)];
  if (all.length === 0) return NO_TERMS;
  return {
    sensitive: sensitiveOf(all),
    context: CONTEXT_TERMS.findLast((term) => all.some(({ context }) => context === term)) ?? 'keep',
    required: [...new Set(speaking.flatMap((type) => (type.preconditionsRequired ? type.preconditions : [])))],
    after: speaking.flatMap(({ after }) => (after === null ? [] : [after])),
    amounts: amountTermsOf(speaking),
  };
}
