#!/usr/bin/env node
/**
 * Breaks each promise once and shows that its test fails. For every row of tools/promises.json: replaces `find` by
 * `replace` in a copy of `file`, runs `test`, and puts the file back. A row whose test still passes is a failure.
 * Usage: node tools/break-promises.mjs [part of a promise's name]
 *        node tools/break-promises.mjs --check [file of rows]   only says which rows could not be broken
 */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseJson } from '@countersign/canonical';

const root = join(import.meta.dirname, '..');
const [wanted = '', file = join(root, 'tools/promises.json')] = process.argv.slice(2);
/** As data, a member that stands twice in a row is refused. */
const rows = parseJson(readFileSync(file, 'utf8'));

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

const MEMBERS = ['promise', 'file', 'how', 'find', 'replace', 'test'];
/** Part of the test's name, where a file has many. */
const OPTIONAL = ['name'];

/** Why a row says nothing; null when it does. */
function faultOf(row) {
  const members = Object.keys(row);
  const missing = MEMBERS.filter((name) => typeof row[name] !== 'string');
  const unknown = members.filter((name) => ![...MEMBERS, ...OPTIONAL].includes(name));
  if (missing.length > 0) return `lacks ${missing.join(', ')}`;
  if (unknown.length > 0) return `has ${unknown.join(', ')}, which means nothing`;
  if (!existsSync(join(root, row.file))) return `there is no file ${row.file}`;
  const count = row.find === '' ? 0 : readFileSync(join(root, row.file), 'utf8').split(row.find).length - 1;
  if (count !== 1) return `the code to break stands ${count} times in ${row.file}`;
  return isTest(row.test) ? null : `there is no test ${row.test}`;
}

/** The path of a spec, of a folder with specs, or the beginning of one. */
function isTest(test) {
  const folder = join(root, dirname(test));
  const paths = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  return paths.some((path) => path.startsWith(basename(test)) && path.endsWith('.spec.ts'));
}

function check() {
  for (const row of rows) {
    const fault = faultOf(row);
    if (fault === null) continue;
    process.exitCode = 1;
    console.log(`${row.promise}: ${fault}`);
  }
}

function breakOnce(row) {
  const path = join(root, row.file);
  const intact = readFileSync(path, 'utf8');
  const fault = faultOf(row);
  if (fault !== null) return { ...row, result: fault };
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

function breakAll() {
  for (const row of rows.filter(({ promise }) => promise.includes(wanted))) {
    const { result, failing = [] } = breakOnce(row);
    if (result !== null) process.exitCode = 1;
    console.log(
      `${result === null ? '✔' : '✘'} ${row.promise}\n  broken: ${row.how}\n  ${result ?? `failed: ${failing.slice(0, 3).join('; ')}`}`,
    );
  }
}

if (wanted === '--check') check();
else breakAll();
