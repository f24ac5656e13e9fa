import { cpSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { startWorld, stopWorld } from './support/system.js';
import { CHORES } from './doors.flow.js';
import './page.flow.js';
import './one-code-a-fault.flow.js';
import './keys.flow.js';
import './openapi.flow.js';
import './signals.flow.js';
import './acls.flow.js';
import { withSecretContext } from './canaries.flow.js';
import { RATE } from './limits.flow.js';
// Last: it takes away the keys that the others use.
import './rotation.flow.js';

/** The usual policies, and one whose requests are decided in batches. */
function policies(): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-doors-'));
  cpSync(join(import.meta.dirname, '../../infra/policies'), folder, { recursive: true });
  writeFileSync(join(folder, 'chores.yaml'), CHORES);
  const refunds = join(folder, 'refunds.yaml');
  writeFileSync(refunds, withSecretContext(readFileSync(refunds, 'utf8')));
  return folder;
}

// One system serves all of them, so they run in one file, one after the other.
jest.setTimeout(60_000);
beforeAll(() => startWorld({ approvalInstances: 2, policies: policies(), faults: { serviceEnv: RATE } }), 120_000);
afterAll(stopWorld, 30_000);
