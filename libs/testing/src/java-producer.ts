import { fetchBrokerJars } from '@countersign/local';
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface JavaProducerOptions {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** As the Java client names it: none, gzip, snappy, lz4, zstd. */
  readonly codec: string;
  /** One record each, without a key. */
  readonly lines: readonly string[];
}

/** Writes by Apache's own Java client, which comes with the broker's jars. @throws Error with what it said when it failed */
export async function javaProducer({ brokers, topic, codec, lines }: JavaProducerOptions): Promise<void> {
  const classPath = join(await fetchBrokerJars(() => undefined), '*');
  const settings = ['--compression-codec', codec, '--command-property', 'linger.ms=200'];
  const where = ['--bootstrap-server', brokers.join(','), '--topic', topic];
  const jvm = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp', classPath];
  const child = spawn('java', [...jvm, 'org.apache.kafka.tools.ConsoleProducer', ...where, ...settings]);
  let said = '';
  for (const output of [child.stdout, child.stderr]) output.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  if (code !== 0 || said.includes('ERROR')) throw new Error(`the Java producer failed: ${said}`);
}
