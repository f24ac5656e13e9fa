import type { Document, YAMLMap } from 'yaml';
import { isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { PolicyDocument } from './document.js';
import { policyDocument } from './document.js';
import { invisibleIn, lookAlikeIn } from './letters.js';
import { tooDeepAt } from './nesting.js';
import { ProblemList } from './problems.js';

const MAX_CHARACTERS = 256 * 1_024;

type Issue = z.core.$ZodIssue;

function addIssue(issue: Issue, problems: ProblemList): void {
  const path = issue.path as (string | number)[];
  const message = issue.message.replace(/^Invalid (input|option): /, '');
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) problems.add([...path, key], `expected no field \`${key}\` here`);
  } else if (issue.code === 'invalid_key') {
    for (const inner of issue.issues) problems.add(path, inner.message);
  } else if (message.endsWith(', received undefined')) {
    problems.add(
      path,
      `expected a field \`${String(path.at(-1) ?? '')}\`: ${message.replace(', received undefined', '')}`,
    );
  } else {
    problems.add(path, message);
  }
}

/** The library looks for duplicate keys in quadratic time; a file may come from outside. */
function checkKeys(map: YAMLMap, problems: ProblemList): void {
  const seen = new Set<unknown>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    if (key.value === '__proto__') problems.addAt(key.range?.[0] ?? 0, 'expected another name than `__proto__`');
    if (seen.has(key.value)) problems.addAt(key.range?.[0] ?? 0, `expected only one \`${String(key.value)}\``);
    seen.add(key.value);
  }
}

/** A policy reads as it is written: no alias, no custom tag, no key twice. */
function checkYaml(yaml: Document, problems: ProblemList): void {
  for (const fault of [...yaml.errors, ...yaml.warnings]) {
    problems.addAt(fault.pos[0], `expected YAML 1.2: ${fault.message.split('\n')[0] ?? ''}`);
  }
  visit(yaml, {
    Alias: (_key, node) => problems.addAt(node.range?.[0] ?? 0, 'expected no alias: write the value out'),
    Map: (_key, node) => checkKeys(node, problems),
  });
}

/** Nothing in a policy may look like something else than it is. */
function checkLetters(text: string, yaml: Document, problems: ProblemList): void {
  const hidden = invisibleIn(text);
  if (hidden) problems.addAt(hidden.at, hidden.message);
  visit(yaml, {
    Scalar: (_key, { value, range }) => {
      const fault = typeof value === 'string' ? (invisibleIn(value)?.message ?? lookAlikeIn(value)) : null;
      if (fault !== null) problems.addAt(range?.[0] ?? 0, fault);
    },
  });
}

/** Where the text may not even be given to the parser, and why; null when it may. */
function refusalOf(text: string): { at: number; message: string } | null {
  if (text.length > MAX_CHARACTERS) return { at: 0, message: 'expected at most 256 KiB' };
  const at = tooDeepAt(text);
  return at === null ? null : { at, message: 'expected less nesting' };
}

function linesOf(text: string): LineCounter {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines.addNewLine(at + 1);
  return lines;
}

const OPTIONS = { version: '1.2', schema: 'core', merge: false, uniqueKeys: false, stringKeys: true } as const;

/**
 * Reads a text that must have the shape of the schema; `data` is null when there is any problem. Never throws.
 * @param letters `plain` refuses invisible characters, and letters that look like others
 */
export function readYaml<T>(
  schema: z.ZodType<T>,
  text: string,
  file: string,
  letters: 'plain' | 'any' = 'any',
): { data: T | null; problems: ProblemList } {
  const refusal = refusalOf(text);
  const yaml = parseDocument(refusal ? '' : text, OPTIONS);
  const problems = new ProblemList(file, yaml, linesOf(text));
  if (refusal) problems.addAt(refusal.at, refusal.message);
  checkYaml(yaml, problems);
  if (letters === 'plain' && !refusal) checkLetters(text, yaml, problems);
  if (problems.items.length > 0) return { data: null, problems };
  const parsed = schema.safeParse(yaml.toJS({ maxAliasCount: 0 }));
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, problems);
  return { data: parsed.data ?? null, problems };
}

/** Reads a policy file's text into its document; null when there is any problem. Never throws. */
export function readDocument(text: string, file: string): { document: PolicyDocument | null; problems: ProblemList } {
  const { data, problems } = readYaml<PolicyDocument>(policyDocument, text, file, 'plain');
  return { document: data, problems };
}
