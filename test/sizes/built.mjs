import { existsSync, readFileSync } from 'node:fs';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { isMainThread } from 'node:worker_threads';

// `node --import ./test/sizes/built.mjs FILE.ts` runs a helper of these tests with the built code of the services, in an
// engine of its own: within a test runner's context every name of the language costs several times as much.
if (isMainThread) register(import.meta.url);

/** Sources of packages are taken as they were built; of a helper there is only its source. */
export async function resolve(specifier, context, next) {
  const built = specifier.replace(/^(\.\.\/\.\.\/(?:apps|libs)\/[^/]+)\/src\//, '$1/dist/');
  const helper = specifier.startsWith('.') ? new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL) : null;
  const isHelper = helper !== null && built === specifier && existsSync(helper);
  return next(isHelper ? helper.href : built, context);
}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context);
  const { transformSync } = await import('@swc/core');
  const jsc = { target: 'es2022', parser: { syntax: 'typescript' } };
  const { code } = transformSync(readFileSync(fileURLToPath(url), 'utf8'), { jsc, module: { type: 'es6' } });
  return { format: 'module', source: code, shortCircuit: true };
}
