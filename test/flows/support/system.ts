import { startSystem, type TestSystem, type TestSystemOptions } from '@countersign/testing';
import { readLocalSystem } from '../../../apps/cli/src/shared/local-system.js';
import { worldOf, type World } from './world.js';

let current: World | undefined;
let own: TestSystem | undefined;

/** One system for all flows; `COUNTERSIGN_TEST_SYSTEM` names the local.json of one that runs already. */
export async function startWorld(options: TestSystemOptions = {}): Promise<void> {
  const running = process.env['COUNTERSIGN_TEST_SYSTEM'];
  own = running === undefined ? await startSystem(options) : undefined;
  current = worldOf(own?.local ?? (await readLocalSystem(running)));
}

export async function stopWorld(): Promise<void> {
  await own?.close();
}

export function world(): World {
  if (current === undefined) throw new Error('The system is not started; flows run through flows.e2e.spec.ts.');
  return current;
}
