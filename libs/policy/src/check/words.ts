import type { CompiledRule } from '../compiled.js';

/** A rule and what it says, such as "`small` (allow)". */
export const ruleInWords = ({ name, then, gate }: CompiledRule): string =>
  `\`${name}\` (${gate === null ? then : `${then}, ${gate.name}`})`;

export const listInWords = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** The path of a rule, or of a part of it. */
export const rulePath = (name: string, ...rest: string[]): string[] => ['rules', name, ...rest];

/** The rule that a pattern of a gate puts before a rule of the file. */
export const heldName = (rule: string): string => `${rule}-held`;
