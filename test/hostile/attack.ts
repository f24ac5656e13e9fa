import { schemaRegistry, TOPICS } from '@countersign/events';
import type { TestSystem } from '@countersign/testing';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ONLY } from './plans.config.js';

const root = join(import.meta.dirname, '../..');
export const HOSTILE = 'globex';
export const AGENT = 'refund-agent';
const PEOPLE = ['gus', 'hana', 'ivo', 'jan'];

type Counts = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What the attacker sent and was answered, by door. */
export interface AttackReport {
  readonly sent: Counts;
  readonly answers: Counts;
  readonly findings: readonly { readonly door: string; readonly kind: string; readonly status: number | null }[];
  /** Bytes of the bodies that were taken, and that the services therefore remember. */
  readonly accepted_bytes: number;
  /** Where what was taken can be read once it is decided. */
  readonly taken: readonly string[];
  readonly cpu_s: number;
  readonly seconds: number;
}

interface Operation {
  readonly service: string;
  readonly method: string;
  readonly path: string;
  readonly operation: object;
}

/** Every operation that a service's document names. */
function operations(): Operation[] {
  const folder = join(root, 'docs/openapi');
  return readdirSync(folder).flatMap((file) => {
    const { paths } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as { paths: Record<string, object> };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...{ service: file.replace('.json', ''), method: method.toUpperCase(), path },
        operation: operation as object,
      })),
    );
  });
}

const schemaOf = (event: string) => schemaRegistry.latest(`${TOPICS.submissions}-${event}`);

/** Lets the hostile tenant loose for a time, niced. @returns its own report, once it has ended by itself */
export async function attack(system: TestSystem, seconds: number, seed: number): Promise<AttackReport> {
  const { local } = system;
  const orders = {
    ...{ local, seconds, seed, only: ONLY, operations: operations(), topics: Object.values(TOPICS) },
    tokens: await Promise.all(PEOPLE.map((subject) => system.token(subject))),
    agent: local.agents.find(({ tenant, agent_id }) => tenant === HOSTILE && agent_id === AGENT),
    schemas: { ActionSubmitted: schemaOf('ActionSubmitted'), OutcomeReported: schemaOf('OutcomeReported') },
  };
  const env = { ...process.env, KAFKAJS_NO_PARTITIONER_WARNING: '1' };
  const script = join(import.meta.dirname, 'attacker.mjs');
  const child = spawn('nice', ['-n', '19', process.execPath, script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const printed: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk));
  child.stdin.end(JSON.stringify(orders));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the attacker ended with ${code}`);
  return JSON.parse(Buffer.concat(printed).toString()) as AttackReport;
}
