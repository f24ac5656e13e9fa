import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { isProduction } from '../process/inherited.config.js';
import { SetupError } from '../setup-error.js';

const execute = promisify(execFile);
const JAVA_MIN = 17;

/** Major number in the first line of `java -version`, or null when it cannot be read. `1.8.0` is 8. */
export function javaMajor(text: string): number | null {
  const match = /version "(?:1\.)?(\d+)/.exec(text);
  return match ? Number(match[1]) : null;
}

/** @throws SetupError when Java is missing or too old for the broker */
export async function requireJava(): Promise<void> {
  const remedy = `install Java ${JAVA_MIN} or newer, or set KAFKA_BROKERS to a running cluster.`;
  const answer = await execute('java', ['-version']).catch(() => {
    throw new SetupError(`Java (java) is not on the PATH: ${remedy}`);
  });
  const major = javaMajor(answer.stderr);
  if (major !== null && major < JAVA_MIN)
    throw new SetupError(`Java ${major} is too old for the Kafka broker: ${remedy}`);
}

/** @throws SetupError where nobody may sign in without a real identity provider */
export function refuseProduction(): void {
  if (!isProduction()) return;
  throw new SetupError(
    'The local system signs in anybody as anybody, so it does not start with NODE_ENV=production: unset it.',
  );
}
