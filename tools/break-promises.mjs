#!/usr/bin/env node
/**
 * Breaks each promise once and shows that its test fails. For every row of tools/promises.json: replaces `find` by
 * `replace` in a copy of `file`, runs `test`, and puts the file back. A row whose test still passes is a failure.
 * Usage: node tools/break-promises.mjs [part of a promise's name]
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const rows = JSON.parse(readFileSync(join(root, 'tools/promises.json'), 'utf8'));
const wanted = process.argv[2] ?? '';

const node = (args, options = {}) =>
  spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', timeout: 300_000, ...options });

/** Services run from their builds, so a whole-system test needs the broken code built. */
const build = ({ test }) => (test.includes('.e2e.') ? node(['node_modules/typescript/bin/tsc', '-b']) : null);

function runTest({ test, name }) {
  const filter = name ? ['-t', name] : [];
  const { status, stderr } = node(['--experimental-vm-modules', 'node_modules/jest/bin/jest.js', test, ...filter]);
  const failing = [...stderr.matchAll(/^\s+● (.+)$/gm)].map((match) => match[1].trim());
  return { failed: status !== 0, failing: [...new Set(failing)] };
}

function breakOnce(row) {
  const path = join(root, row.file);
  const intact = readFileSync(path, 'utf8');
  if (!intact.includes(row.find)) return { ...row, result: 'the code to break is not there any more' };
  const putBack = () => writeFileSync(path, intact);
  process.once('SIGINT', putBack);
  try {
    writeFileSync(path, intact.replace(row.find, row.replace));
    build(row);
    const { failed, failing } = runTest(row);
    return { ...row, result: failed && failing.length > 0 ? null : 'the test still passes', failing };
  } finally {
    putBack();
    build(row);
    process.off('SIGINT', putBack);
  }
}

let unbroken = 0;
for (const row of rows.filter(({ promise }) => promise.includes(wanted))) {
  const { result, failing = [] } = breakOnce(row);
  if (result !== null) unbroken += 1;
  console.log(
    `${result === null ? '✔' : '✘'} ${row.promise}\n  broken: ${row.how}\n  ${result ?? `failed: ${failing.slice(0, 3).join('; ')}`}`,
  );
}
process.exitCode = unbroken > 0 ? 1 : 0;
