import { createServer } from 'node:net';
import { SetupError } from '../setup-error.js';

/** What listens where; the numbers are fixed by API.md, "Local system". */
export interface Ports {
  readonly intake: number;
  readonly policy: number;
  /** One port for each approval instance. */
  readonly approval: readonly number[];
  readonly telemetry: number;
  readonly issuer: number;
  readonly kafka: number;
  readonly kafkaController: number;
  readonly clickhouse: number;
}

const LARGEST_PORT = 65_535;

/** @throws SetupError when the base leaves no room or the instances would meet another part */
export function portsOf(base: number, approvalInstances: number): Ports {
  if (!Number.isInteger(base) || base < 1024 || base + 93 > LARGEST_PORT)
    throw new SetupError(`--port-base must be a whole number from 1024 to ${LARGEST_PORT - 93}.`);
  if (!Number.isInteger(approvalInstances) || approvalInstances < 1 || approvalInstances > 9)
    throw new SetupError('--approval-instances must be a whole number from 1 to 9.');
  const approval = Array.from({ length: approvalInstances }, (_, index) => base + 2 + 10 * index);
  return {
    intake: base,
    policy: base + 1,
    approval,
    telemetry: base + 3,
    issuer: base + 4,
    kafka: base + 92,
    kafkaController: base + 93,
    clickhouse: base + 23,
  };
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

/** @throws SetupError naming the first port that something else holds */
export async function requireFree(wanted: Readonly<Record<string, number>>): Promise<void> {
  for (const [name, port] of Object.entries(wanted)) {
    if (await isFree(port)) continue;
    throw new SetupError(
      `Port ${port} (${name}) is taken: stop what listens there, or choose other ports with --port-base.`,
    );
  }
}
