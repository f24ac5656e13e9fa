import { jest } from '@jest/globals';
import { startWorld, stopWorld } from './support/system.js';
import './two-person-refund.flow.js';
import './one-action-one-token.flow.js';
import './reviewed-version.flow.js';
import './denied-before.flow.js';
import './blind-review.flow.js';
import './environments.flow.js';
import './policy-change.flow.js';
import './idempotency.flow.js';
import './kafka-submission.flow.js';
import './money.flow.js';
import './replay.flow.js';
import './python-client.flow.js';
import './policy-evidence.flow.js';
import './analysts-sql.flow.js';
import './command-line.flow.js';
import './policies-page.flow.js';
import './event-streams.flow.js';
import './executors-report.flow.js';
import './links.flow.js';
import './removed-person.flow.js';

// One system serves all flows, so they run in one file, one after the other.
jest.setTimeout(60_000);
beforeAll(startWorld, 120_000);
afterAll(stopWorld, 30_000);
