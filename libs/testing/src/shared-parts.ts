export interface TestBroker {
  readonly brokers: string[];
}

export interface TestEngine {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** Asks the test run's own host (see `jest/setup.mjs`), which starts the part when it is asked for the first time. */
async function ask(part: 'broker' | 'engine'): Promise<string> {
  const host = process.env['COUNTERSIGN_TEST_HOST'];
  if (!host) throw new Error('COUNTERSIGN_TEST_HOST is not set: run specs with the root jest configuration');
  const response = await fetch(`${host}/${part}`);
  const text = await response.text();
  if (!response.ok) throw new Error(text);
  return text;
}

/** A real broker, shared by the run: use unique topic names. `COUNTERSIGN_TEST_BROKERS` replaces it. Allow 20 s at first. */
export async function testBroker(): Promise<TestBroker> {
  const address = process.env['COUNTERSIGN_TEST_BROKERS'] ?? (await ask('broker'));
  return { brokers: address.split(',') };
}

/** A real engine, shared by the run: use unique database names. `COUNTERSIGN_TEST_ENGINE` (URL with user) replaces it. */
export async function testEngine(): Promise<TestEngine> {
  const url = new URL(process.env['COUNTERSIGN_TEST_ENGINE'] ?? (await ask('engine')));
  return { url: url.origin, user: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}
