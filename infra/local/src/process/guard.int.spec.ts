import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { eventually } from '@countersign/testing';
import { isAlive } from '../checks/lock.js';
import { localDist } from '../paths.js';

/** A parent that guards one child and prints its pid. */
const parentScript = `
  const { createGuard } = await import(${JSON.stringify(join(localDist, 'process/guard.js'))});
  const { startChild } = await import(${JSON.stringify(join(localDist, 'process/child.js'))});
  const command = { file: 'sleep', args: ['600'], env: { PATH: process.env.PATH }, logFile: '/dev/null' };
  const guard = createGuard();
  const child = await startChild(command, guard);
  process.stdout.write(child.pid + '\\n');
  setInterval(() => {}, 1000);`;

async function startParent() {
  const parent = spawn(process.execPath, ['--input-type=module', '-e', parentScript], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface(parent.stdout), 'line')) as [string];
  return { parent, childPid: Number(line) };
}

it('ends the children of a parent that was killed', async () => {
  const { parent, childPid } = await startParent();
  expect(isAlive(childPid)).toBe(true);
  parent.kill('SIGKILL');
  await eventually(() => expect(isAlive(childPid)).toBe(false));
});

it('ends a child that is frozen', async () => {
  const { parent, childPid } = await startParent();
  process.kill(childPid, 'SIGSTOP');
  parent.kill('SIGKILL');
  await eventually(() => expect(isAlive(childPid)).toBe(false));
});
