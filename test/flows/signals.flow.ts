import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES, urlOf } from './support/knock.js';

const read = (path: string): string => readFileSync(join(import.meta.dirname, '../..', path), 'utf8');
const accounts = read('infra/docker/clickhouse-users.xml');
const told = new Set(
  read('docs/operations.md')
    .match(/\b(?:countersign|http)_[a-z_]+[a-z]\b/g)
    ?.filter((name) => !accounts.includes(`<${name}>`)),
);

describe('the signals that the operations page tells to watch', () => {
  /** Name of each metric of the running services that has a help text, with its type. */
  const shown = new Map<string, string>();

  beforeAll(async () => {
    for (const service of SERVICES) {
      const text = await (await fetch(`${urlOf(service)}/metrics`)).text();
      const helped = new Set([...text.matchAll(/^# HELP (\S+) \S.*$/gm)].map(([, name]) => name));
      for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm))
        if (helped.has(name)) shown.set(name, type);
    }
  });

  it('are on /metrics of a service', () => {
    expect(told.size).toBeGreaterThan(10);
    const names = [...told].map((name) => name.replace(/_(?:count|sum|bucket)$/, ''));
    expect(names.filter((name) => !shown.has(name))).toEqual([]);
  });

  it('have the names that Prometheus expects: what only grows ends with _total', () => {
    const ours = [...shown].filter(([name]) => name.startsWith('countersign_'));
    expect(ours.filter(([name, type]) => (type === 'counter') !== name.endsWith('_total'))).toEqual([]);
  });

  it('count effects without their proof', async () => {
    const text = await (await fetch(`${urlOf('telemetry')}/metrics`)).text();
    for (const name of ['redeemed_without_outcome', 'outcome_without_redemption'])
      expect(text).toMatch(new RegExp(`^countersign_${name}(?:\\{.*\\})? \\d+$`, 'm'));
  });

  it('say that every service is ready', async () => {
    for (const service of SERVICES) {
      const text = await (await fetch(`${urlOf(service)}/metrics`)).text();
      expect(text).toMatch(/^countersign_ready(?:\{.*\})? 1$/m);
    }
  });
});
