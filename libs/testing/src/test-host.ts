import { brokerPart, createGuard, enginePart, startPart, stopChild } from '@countersign/local';
import type { Child, Guard } from '@countersign/local';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './ports.js';

/** What a spec may ask for; the answer is the address as text. */
export type TestPart = 'broker' | 'engine';

/** The data is thrown away, so nothing is gained by a slow stop. */
const DEADLINE_MS = 200;
const TEST_PASSWORD = 'test-password';

async function startBroker(folder: string, guard: Guard): Promise<[Child, string]> {
  const [port, controllerPort] = [await freePort(), await freePort()];
  const options = { dataDir: join(folder, 'kafka'), logFile: join(folder, 'kafka.log'), port, controllerPort };
  return [await startPart(brokerPart(options), guard), `127.0.0.1:${port}`];
}

async function startEngine(folder: string, guard: Guard): Promise<[Child, string]> {
  const httpPort = await freePort();
  const users = [{ name: 'test', password: TEST_PASSWORD, profile: 'service' as const, grants: ['GRANT ALL ON *.*'] }];
  const options = { dataDir: join(folder, 'clickhouse'), logFile: join(folder, 'clickhouse.log'), httpPort, users };
  return [await startPart(enginePart(options), guard), `http://test:${TEST_PASSWORD}@127.0.0.1:${httpPort}`];
}

/** One broker and one engine for a whole test run, each started when the first spec asks for it. */
export class TestHost {
  private readonly guard = createGuard();
  private readonly started = new Map<TestPart, Promise<[Child, string]>>();
  private server: Server | undefined;
  private folder = '';

  /** @returns the address at which specs ask for parts */
  async listen(): Promise<string> {
    this.folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
    this.server = createServer((request, response) => {
      this.addressOf((request.url ?? '/').slice(1) as TestPart).then(
        (address) => response.end(address),
        (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : 'start failed'),
      );
    });
    await new Promise<void>((resolve) => this.server?.listen(0, '127.0.0.1', resolve));
    this.server.unref();
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server?.close();
    this.server?.closeAllConnections();
    const children = await Promise.allSettled([...this.started.values()]);
    await Promise.all(
      children.map((one) => (one.status === 'fulfilled' ? stopChild(one.value[0], DEADLINE_MS) : null)),
    );
    this.guard.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  private async addressOf(part: TestPart): Promise<string> {
    const start = part === 'broker' ? startBroker : startEngine;
    const known = this.started.get(part) ?? start(this.folder, this.guard);
    this.started.set(part, known);
    return (await known)[1];
  }
}
