export { eventually } from './eventually.js';
export type { EventuallyOptions } from './eventually.js';
export { freePort } from './ports.js';
export { testBroker, testEngine } from './shared-parts.js';
export type { TestBroker, TestEngine } from './shared-parts.js';
export { TestHost } from './test-host.js';
