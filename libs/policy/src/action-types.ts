import type { ActionTypeDocument } from './action-type-document.js';
import { actionTypeDocument } from './action-type-document.js';
import type { PolicyDocument } from './document.js';
import { addTypeFile } from './merge-type.js';
import type { PolicyProblem, ProblemList } from './problems.js';
import { readYaml } from './read-document.js';

/** A file of the folder `action_types`. */
export interface ActionTypeFile {
  readonly file: string;
  readonly text: string;
}

/** Action types' own files, by the type that they declare. */
export interface ActionTypeLibrary {
  readonly types: ReadonlyMap<string, ActionTypeFile & { readonly document: ActionTypeDocument }>;
  readonly problems: readonly PolicyProblem[];
}

export const NO_LIBRARY: ActionTypeLibrary = { types: new Map(), problems: [] };

/** Reads action type files. A file with a problem is left out, so that a policy that needs it is refused. Never throws. */
export function libraryOf(files: readonly ActionTypeFile[]): ActionTypeLibrary {
  const types = new Map<string, ActionTypeFile & { document: ActionTypeDocument }>();
  const problems: PolicyProblem[] = [];
  for (const { file, text } of files) {
    const read = readYaml<ActionTypeDocument>(actionTypeDocument, text, file, 'plain');
    const type = read.data?.action_type ?? '';
    if (types.has(type)) read.problems.add(['action_type'], `expected one file for ${type}, not two`);
    else if (read.data) types.set(type, { file, text, document: read.data });
    problems.push(...read.problems.items);
  }
  return { types, problems };
}

// A line of three dashes begins the next document of a YAML stream; inside a document it cannot stand at the margin.
const MARK = /^---[ \t]*\r?$/gm;
const CONTENT = /^[ \t]*[^#\s]/m;

/**
 * A policy's own text and the action types that come with it, each behind a line of three dashes. Every part keeps its
 * line numbers: what stands before it is blank.
 */
export function partsOf(text: string): readonly [string, ...string[]] {
  const ends = [...text.matchAll(MARK)].filter(({ index }) => CONTENT.test(text.slice(0, index)));
  const starts = [0, ...ends.map(({ index, 0: mark }) => index + mark.length)];
  const [first = '', ...others] = starts.map((start, n) => {
    const lines = text.slice(0, start).split('\n').length - 1;
    return '\n'.repeat(lines) + text.slice(start, ends[n]?.index);
  });
  return [first, ...others];
}

/** The types of a policy that have their own file. */
export const typesFromFiles = ({ action_types }: PolicyDocument): string[] =>
  Object.entries(action_types).flatMap(([type, { from }]) => (from === undefined ? [] : [type]));

/**
 * The policy's text together with the texts of the action types that it takes from the library: what is published,
 * hashed and readable for ever without the folder.
 */
export function bundleOf(text: string, document: PolicyDocument, library: ActionTypeLibrary): string {
  const added = typesFromFiles(document).flatMap((type) => library.types.get(type)?.text ?? []);
  return added.length === 0 ? text : [text, ...added].map((part) => part.replace(/\n*$/, '\n')).join('---\n');
}

/** The library without the types that come with the policy's own text. */
export const without = ({ types, problems }: ActionTypeLibrary, own: ActionTypeLibrary): ActionTypeLibrary => ({
  types: new Map([...types].filter(([type]) => !own.types.has(type))),
  problems,
});

/** The document with what its action types take from the parts that came with it, and from the library. */
export function resolveTypes(
  document: PolicyDocument,
  { own, others }: { own: ActionTypeLibrary; others: ActionTypeLibrary },
  problems: ProblemList,
): PolicyDocument {
  const used = typesFromFiles(document);
  for (const type of own.types.keys())
    if (!used.includes(type))
      problems.add(['action_types'], `expected \`from: action_types\` for ${type}, which comes along`);
  return used.reduce((whole, type) => {
    const found = own.types.get(type) ?? others.types.get(type);
    if (found) return addTypeFile(whole, type, found.document, problems);
    const place = ['action_types', type, 'from'];
    problems.add(place, `expected a file in action_types that declares ${type}`);
    for (const { file, line, column, message } of others.problems)
      problems.add(place, `${file}:${line}:${column}: ${message}`);
    return whole;
  }, document);
}
