import { libraryOf, loadPolicy, termsOf } from '@countersign/policy';
import type { TypeTerms } from '@countersign/policy';

/** The terms of types under one active policy that takes them from these files. */
export function termsUnder(
  types: readonly string[],
  read: (type: string) => string,
): (tenant: string, actionType: string) => TypeTerms {
  const entries = types.map((type) => `${type}: { from: action_types }`).join(', ');
  const text = `name: p\naction_types: { ${entries} }\ngates: { g: { quorum: 1, roles: [r] } }\nfallback: g\n`;
  const library = libraryOf(types.map((type) => ({ file: `${type}.yaml`, text: read(type) })));
  const { policy, problems } = loadPolicy(text, 'p.yaml', library);
  if (policy === null) throw new Error(JSON.stringify(problems));
  const versions = { active: [{ policy, version: 1 }], shadows: [] };
  return (tenant, actionType) => termsOf(versions, tenant, actionType);
}
