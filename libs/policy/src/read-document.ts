import type { z } from 'zod';
import { isAlias, LineCounter, parseDocument, visit } from 'yaml';
import type { PolicyDocument } from './document.js';
import { policyDocument } from './document.js';
import { ProblemList } from './problems.js';

const MAX_CHARACTERS = 256 * 1_024;

type Issue = z.core.$ZodIssue;

function addIssue(issue: Issue, problems: ProblemList): void {
  const path = issue.path as (string | number)[];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys) problems.add([...path, key], `expected no field \`${key}\` here`);
  } else if (issue.code === 'invalid_key') {
    for (const inner of issue.issues) problems.add(path, inner.message);
  } else {
    problems.add(path, issue.message.replace(/^Invalid (input|option): /, ''));
  }
}

/** Reads a policy file's text into its document. Aliases, merges and custom tags are refused: a policy reads as it is written. */
export function readDocument(text: string, file: string): { document: PolicyDocument | null; problems: ProblemList } {
  const lines = new LineCounter();
  const tooLong = text.length > MAX_CHARACTERS;
  const yaml = parseDocument(tooLong ? '' : text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    uniqueKeys: true,
    stringKeys: true,
    lineCounter: lines,
  });
  const problems = new ProblemList(file, yaml, lines);
  if (tooLong) problems.addAt(0, 'expected at most 256 KiB');
  for (const fault of [...yaml.errors, ...yaml.warnings])
    problems.addAt(fault.pos[0], `expected YAML 1.2: ${fault.message.split('\n')[0] ?? ''}`);
  visit(yaml, (_key, node) => {
    if (isAlias(node)) problems.addAt(node.range?.[0] ?? 0, 'expected no alias: write the value out');
  });
  if (problems.items.length > 0) return { document: null, problems };
  const parsed = policyDocument.safeParse(yaml.toJS({ maxAliasCount: 0 }));
  for (const issue of parsed.error?.issues ?? []) addIssue(issue, problems);
  return { document: parsed.data ?? null, problems };
}
