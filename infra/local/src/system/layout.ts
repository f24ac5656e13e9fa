import { join } from 'node:path';
import { portsOf } from '../checks/ports.js';
import type { Ports } from '../checks/ports.js';
import { dataFolder } from '../paths.js';
import type { SystemOptions } from './options.js';

/** Where everything of one local system is. */
export interface Layout {
  readonly data: string;
  readonly secrets: string;
  /** What people and agents attach to requests. */
  readonly evidence: string;
  readonly logs: string;
  readonly localFile: string;
  readonly ports: Ports;
  readonly urls: {
    readonly intake: string;
    readonly policy: string;
    readonly approval: readonly string[];
    readonly telemetry: string;
    readonly issuer: string;
    readonly clickhouse: string;
  };
  /** As clients outside see them; services may be told others, see `FaultOptions`. */
  readonly brokers: readonly string[];
}

const local = (port: number): string => `http://127.0.0.1:${port}`;

/** @throws SetupError on ports that cannot be */
export function layoutOf(options: SystemOptions): Layout {
  const data = dataFolder(options.portBase);
  const ports = portsOf(options.portBase, options.approvalInstances);
  return {
    data,
    secrets: join(data, 'secrets'),
    evidence: join(data, 'evidence'),
    logs: join(data, 'logs'),
    localFile: join(data, 'local.json'),
    ports,
    urls: {
      intake: local(ports.intake),
      policy: local(ports.policy),
      approval: ports.approval.map(local),
      telemetry: local(ports.telemetry),
      issuer: local(ports.issuer),
      clickhouse: options.external.engine?.url ?? local(ports.clickhouse),
    },
    brokers: options.external.kafkaBrokers ?? [`127.0.0.1:${ports.kafka}`],
  };
}
