/**
 * What is released, from the tags `v*` of the repository: the registry as each tag has it. Before the first tag nobody
 * has old bytes, and a schema is edited in place.
 */
import { execFileSync } from 'node:child_process';

const git = (root, ...args) =>
  execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

/**
 * The entries of `schemas/registry.json` that a release holds, by file: `{ id, subject, version, file, sha256 }`.
 * @param {string} root folder of the repository
 * @throws Error when tags cannot be known: outside of a git checkout, or in a shallow one
 */
export function releasedEntries(root) {
  if (git(root, 'rev-parse', '--is-shallow-repository').trim() === 'true')
    throw new Error('the history is shallow, so released schemas are unknown: git fetch --unshallow --tags');
  const tags = git(root, 'tag', '--list', 'v*').split('\n').filter(Boolean);
  const entries = tags.flatMap((tag) => JSON.parse(git(root, 'show', `${tag}:schemas/registry.json`)));
  return [...new Map(entries.map((entry) => [entry.file, entry])).values()].sort((a, b) => a.id - b.id);
}

/**
 * The registry that today's schemas give: what is released keeps its id and its bytes, the rest follows in the order of
 * the files' names.
 * @param {{ file, subject, version, sha256 }[]} schemas today's, sorted by file
 * @param {{ id, file, sha256 }[]} released from `releasedEntries`
 * @throws Error naming the schema that was released and then edited or removed
 */
export function registryOf(schemas, released) {
  for (const { file, sha256 } of released) {
    const now = schemas.find((schema) => schema.file === file);
    if (now === undefined) throw new Error(`${file} is released and must stay`);
    if (now.sha256 !== sha256) throw new Error(`${file} is released and was edited; add a new version beside it`);
  }
  const firstFree = Math.max(0, ...released.map(({ id }) => id)) + 1;
  const fresh = schemas.filter(({ file }) => !released.some((entry) => entry.file === file));
  return [
    ...released,
    ...fresh.map(({ file, subject, version, sha256 }, i) => ({ id: firstFree + i, subject, version, file, sha256 })),
  ];
}
