import { jest } from '@jest/globals';
import { startWorld, stopWorld } from './support/system.js';
import './doors.flow.js';
import './page.flow.js';
import './openapi.flow.js';
import './canaries.flow.js';
import { RATE } from './limits.flow.js';
// Last: it takes away the keys that the others use.
import './rotation.flow.js';

// One system serves all of them, so they run in one file, one after the other.
jest.setTimeout(60_000);
beforeAll(() => startWorld({ approvalInstances: 2, faults: { serviceEnv: RATE } }), 120_000);
afterAll(stopWorld, 30_000);
