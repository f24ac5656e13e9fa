import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Only `node:` imports here: this runs on a clone that has nothing installed yet. */
export const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules/.countersign-build');

/** Ends the process with one line. */
function refuse(line) {
  process.stderr.write(`${line}\n`);
  process.exit(1);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  refuse(`Node ${process.versions.node} is too old: install Node 20.19 or newer (https://nodejs.org).`);
}

/** True when what is installed is what the lockfile says; packages for other platforms may be absent. */
function isInstalled() {
  const hidden = join(root, 'node_modules/.package-lock.json');
  if (!existsSync(hidden)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  return Object.entries(wanted).every(([path, { version, link, optional, devOptional }]) => {
    if (!path.startsWith('node_modules/') || link) return true;
    return installed[path] ? installed[path].version === version : Boolean(optional || devOptional);
  });
}

function install() {
  process.stderr.write('installing packages (npm ci)\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const options = { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] };
  const { status } = npm ? spawnSync(process.execPath, [npm, ...args], options) : spawnSync('npm', args, options);
  if (status !== 0) refuse('npm ci failed, see above: check the network or the registry in .npmrc, then run it again.');
}

const projects = () =>
  JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).references.map((reference) =>
    join(root, reference.path),
  );

function* sourcesIn(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* sourcesIn(path);
    else if (entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts')) yield path;
  }
}

/** Changes whenever a source, a compiler setting or the compiler itself does. */
function sourceStamp() {
  const hash = createHash('sha256');
  const files = ['package-lock.json', 'tsconfig.base.json', 'tsconfig.json'].map((name) => join(root, name));
  for (const project of projects()) files.push(join(project, 'tsconfig.json'), ...sourcesIn(join(project, 'src')));
  for (const file of files) hash.update(`${file}|${statSync(file).mtimeMs}|${statSync(file).size}\n`);
  return hash.digest('hex');
}

const isBuilt = (stamp) =>
  existsSync(stampFile) &&
  readFileSync(stampFile, 'utf8') === stamp &&
  projects().every((project) => existsSync(join(project, 'dist/.tsbuildinfo')));

function build(stamp) {
  process.stderr.write('compiling\n');
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { status } = spawnSync(process.execPath, [tsc, '-b'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) refuse('the sources do not compile, see above.');
  writeFileSync(stampFile, stamp);
}

/** Brings the clone to the state in which built code runs: right Node, packages installed, sources compiled. */
export function bootstrap() {
  requireNode();
  if (!isInstalled()) install();
  const stamp = sourceStamp();
  if (!isBuilt(stamp)) build(stamp);
}
