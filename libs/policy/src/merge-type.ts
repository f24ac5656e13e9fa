import type { ActionTypeDocument, ActionTypeEntry } from './action-type-document.js';
import type { PolicyDocument } from './document.js';
import type { ProblemList } from './problems.js';
import { CONTEXT_TERMS } from './terms/context-term.js';
import type { ContextTerm } from './terms/context-term.js';

const stricterContext = (...said: (ContextTerm | undefined)[]): ContextTerm | undefined =>
  CONTEXT_TERMS.findLast((term) => said.includes(term));

/** The facts with what their declaration says of all money in it. */
const moneyFacts = ({
  facts,
  minor_units,
  currency_at,
}: ActionTypeEntry | ActionTypeDocument): ActionTypeEntry['facts'] =>
  Object.fromEntries(
    Object.entries(facts).map(([name, fact]) => [
      name,
      fact.type === 'money'
        ? {
            ...fact,
            minor_units: fact.minor_units || minor_units === true,
            currency_at: fact.currency_at ?? currency_at,
          }
        : fact,
    ]),
  );

/** The document with what its types say of all their money in each money fact. */
export const addTypeMoney = (document: PolicyDocument): PolicyDocument => ({
  ...document,
  action_types: Object.fromEntries(
    Object.entries(document.action_types).map(([type, entry]) => [type, { ...entry, facts: moneyFacts(entry) }]),
  ),
});

/** The entry with what the type's own file says; a name that both declare is a problem. */
function mergedEntry(
  entry: ActionTypeEntry,
  type: string,
  file: ActionTypeDocument,
  problems: ProblemList,
): ActionTypeEntry {
  for (const name of Object.keys(entry.facts)) {
    if (Object.hasOwn(file.facts, name))
      problems.add(
        ['action_types', type, 'facts', name],
        `expected another name: \`${name}\` is declared in the type's file`,
      );
  }
  for (const member of Object.keys(entry.after ?? {})) {
    if (Object.hasOwn(file.after ?? {}, member))
      problems.add(
        ['action_types', type, 'after', member],
        `expected another member: \`${member}\` is derived in the type's file`,
      );
  }
  return {
    ...entry,
    facts: { ...moneyFacts(file), ...moneyFacts(entry) },
    ...{ minor_units: undefined, currency_at: undefined },
    sensitive: [...file.sensitive, ...entry.sensitive],
    context: stricterContext(file.context, entry.context),
    preconditions: [...file.preconditions, ...entry.preconditions],
    preconditions_required: file.preconditions_required === true || entry.preconditions_required === true,
    after: { ...file.after, ...entry.after },
    classify: { ...file.classify, ...entry.classify },
  };
}

/** The policy's document as if the type's file stood in it. */
export const addTypeFile = (
  document: PolicyDocument,
  type: string,
  file: ActionTypeDocument,
  problems: ProblemList,
): PolicyDocument => {
  const entry = document.action_types[type];
  if (entry === undefined) return document;
  return {
    ...document,
    action_types: { ...document.action_types, [type]: mergedEntry(entry, type, file, problems) },
  };
};

/**
 * The levels that types give themselves become cases behind those of the policy, each for its type only. A policy that
 * neither classifies nor has a matrix does not ask for them.
 */
export function addTypeClasses(document: PolicyDocument): PolicyDocument {
  const own = Object.entries(document.action_types).filter(([, { classify }]) => classify !== undefined);
  if (own.length === 0 || (!document.classify && document.matrix.length === 0)) return document;
  const of = <K extends 'impact' | 'reversibility' | 'regulatory_pressure'>(axis: K) => [
    ...(document.classify?.[axis] ?? []),
    ...own.flatMap(([type, { classify }]) => (classify?.[axis] ?? []).map((one) => ({ ...one, for: [type] }))),
  ];
  const classify = { impact: of('impact'), reversibility: of('reversibility') };
  return {
    ...document,
    classify: { ...classify, regulatory_pressure: of('regulatory_pressure') } as PolicyDocument['classify'],
  };
}
