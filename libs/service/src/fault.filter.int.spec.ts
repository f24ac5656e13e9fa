import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Controller, Module } from '@nestjs/common';
import { EventPattern, Server } from '@nestjs/microservices';
import { lastValueFrom, from, mergeMap } from 'rxjs';
import { startService } from './index.js';
import type { ServiceConfig } from './index.js';

const config: ServiceConfig = {
  service: 'intake',
  instanceId: 'intake-test',
  host: '127.0.0.1',
  port: 0,
  kafkaBrokers: [],
  secretsDir: mkdtempSync(join(tmpdir(), 'countersign-')),
  internalToken: 'an internal token',
  macKeys: { intake: '', policy: '', approval: '', telemetry: '' },
  parentPid: null,
  logLevel: 'error',
};

@Controller()
class Broken {
  @EventPattern('a topic')
  on(_record: unknown): unknown {
    throw new Error('the fault itself');
  }
}

@Module({ controllers: [Broken] })
class BrokenModule {}

class ByHand extends Server {
  listen(callback: () => void): void {
    callback();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    throw new Error('nothing to unwrap');
  }
  async call(): Promise<unknown> {
    const returned = await this.messageHandlers.get('a topic')!(null, undefined);
    return lastValueFrom(from(Promise.resolve(returned)).pipe(mergeMap((value) => value)));
  }
}

it('hands the fault of a record handler to the transport as it is', async () => {
  const transport = new ByHand();
  const service = await startService({ name: 'broken', module: BrokenModule, config, transport });
  await expect(transport.call()).rejects.toThrow('the fault itself');
  await service.close();
});
