import { readSql } from '@countersign/clickhouse';
import type { Engine } from '@countersign/clickhouse';
import type { Sink } from '@countersign/kafka';
import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';

const unprovenSql = readSql('queries/unproven_effects.sql');
const EFFECTS = {
  redeemed_without_outcome: 'Actions of seven days whose token was redeemed an hour ago or more, without a report.',
  outcome_without_redemption: 'Actions of seven days whose effect was reported without a redeemed token.',
} as const;
/** Scrapes nearer to each other than this get the same numbers, milliseconds. */
const KEEP_MS = 10_000;

type Numbers = Readonly<Record<string, string>> | undefined;

/** Asks the engine at most once in a while; nothing is known while it does not answer. */
function asking(engine: Engine): () => Promise<Numbers> {
  let [askedAtMs, answer] = [-Infinity, Promise.resolve<Numbers>(undefined)];
  return () => {
    if (Date.now() - askedAtMs > KEEP_MS) {
      askedAtMs = Date.now();
      answer = engine.rows<Record<string, string>>(unprovenSql).then(
        ([row]) => row,
        () => undefined,
      );
    }
    return answer;
  };
}

/** Adds what is not in the database yet, and what happened there without its proof. */
export function observeEffects(registry: Registry, engine: Engine, sink: Pick<Sink, 'lag'>): void {
  new Gauge({
    name: 'countersign_telemetry_lag',
    help: 'Records of the public topics that are not in ClickHouse yet, of the partitions of this instance.',
    registers: [registry],
    collect() {
      this.set(sink.lag());
    },
  });
  const ask = asking(engine);
  for (const [name, help] of Object.entries(EFFECTS))
    new Gauge({
      ...{ name: `countersign_${name}`, help, registers: [registry] },
      async collect() {
        this.set(Number((await ask())?.[name] ?? NaN));
      },
    });
}
