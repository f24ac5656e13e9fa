import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { startWorld, stopWorld } from './support/system.js';
import './break-glass.flow.js';
import './time-to-stop.flow.js';

const GATES = `gates:
  own: { quorum: 2, roles: [finance], break_glass: { ttl: 1m } }
  shut: { quorum: 2, roles: [finance] }
  look: { quorum: 1, roles: [approver, finance] }
`;
/** What these flows need: something to break the glass of, something without, and two types that run by themselves. */
const POLICY = `name: emergencies
action_types: { urgent-type: {}, shut-type: {}, free-type: {}, other-type: {} }
rules:
  - { name: urgent, for: [urgent-type], then: require_approval, gate: own }
  - { name: shut, for: [shut-type], then: require_approval, gate: shut }
  - { name: free, then: allow }
${GATES}fallback: look
break_glass: { review: look }
`;

// One system serves both flows; two instances, because an emergency is none if it reaches one of them only.
jest.setTimeout(120_000);
beforeAll(async () => {
  const policies = mkdtempSync(join(tmpdir(), 'countersign-emergencies-'));
  writeFileSync(join(policies, 'emergencies.yaml'), POLICY);
  await startWorld({ policies, approvalInstances: 2 });
}, 120_000);
afterAll(stopWorld, 60_000);
