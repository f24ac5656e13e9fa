import { assignSuite } from './assign.suite.js';
import { callbacksSuite } from './callbacks.suite.js';
import { batchesSuite } from './batches.suite.js';
import { clocksSuite } from './clocks.suite.js';
import { custodySuite } from './custody.suite.js';
import { evidenceSuite } from './evidence.suite.js';
import { forgedSuite } from './forged.suite.js';
import { Instances } from './instances.js';
import { notificationsSuite } from './notifications.suite.js';
import { pageSuite } from './page.suite.js';
import { readsSuite } from './reads.suite.js';
import { redemptionSuite } from './redemption.suite.js';
import { rosterSuite } from './roster.suite.js';
import { votesSuite } from './votes.suite.js';

const INSTANCES = 3;

// One spec for all: instances of two specs would share one publisher group on the broker, and not each other's keys.
let running: Instances | null = null;
const system = (): Instances => {
  if (running === null) throw new Error('the instances did not start');
  return running;
};

beforeAll(async () => {
  running = await Instances.start(INSTANCES);
}, 90_000);
afterAll(() => running?.close(), 30_000);

redemptionSuite(system);
votesSuite(system);
clocksSuite(system);
readsSuite(system);
batchesSuite(system);
forgedSuite(system);
rosterSuite(system);
pageSuite(system);
custodySuite(system);
assignSuite(system);
callbacksSuite(system);
evidenceSuite(system);
notificationsSuite(system);
