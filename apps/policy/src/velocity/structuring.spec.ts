import { actionOf, decide, entriesOf, recount, REMEMBER_MS, velocityOf, WindowFold } from '@countersign/policy';
import type { Counted, CountedWindows, PlacedEntry } from '@countersign/policy';
import { readCorpus } from './testing/patterns.js';
import type { Pattern } from './testing/patterns.js';

const { policy, patterns } = readCorpus();
const BASE_MS = Date.UTC(2026, 0, 1);
const LONGEST_MS = 24 * 3_600_000;
const PARTITIONS = 4;

interface Placed extends PlacedEntry {
  readonly partition: number;
  /** Which delivery it belongs to. */
  readonly step: number;
}

/** Any function of the line will do. */
const partitionOf = (line: string): number =>
  [...line].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 65_521, 7) % PARTITIONS;

/** The log that the deliveries of a pattern leave behind. */
function logOf({ steps, actions }: Pattern): Placed[] {
  const ends = Array.from({ length: PARTITIONS }, () => 0);
  return steps.flatMap((one, step) => {
    const action = one.kind === 'action' ? actions.get(one.id) : undefined;
    if (one.kind !== 'action' || action === undefined) return [];
    return entriesOf([policy], action, actionOf(action)).map((entry) => {
      const partition = partitionOf(`${entry.tenant}|${entry.window}|${entry.key}`);
      return { ...entry, partition, step, offset: ends[partition]!++, at_ms: BASE_MS + one.atMs };
    });
  });
}

const folds = (): WindowFold[] => Array.from({ length: PARTITIONS }, () => new WindowFold());
type Answers = Map<number, Record<string, Counted>>;

function note(answers: Answers, { step, window }: Placed, counted: Counted): void {
  answers.set(step, { ...answers.get(step), [window]: counted });
}

/** What one instance answers that reads the whole log in this order. */
function readThrough(log: readonly Placed[]): Answers {
  const partitions = folds();
  const answers: Answers = new Map();
  for (const entry of log) note(answers, entry, partitions[entry.partition]!.enter(entry));
  return answers;
}

/** What instances answer that start anew before every entry `stops` accepts, and read back only as far as they must. */
function restarting(log: readonly Placed[], stops: (entry: Placed) => boolean): Answers {
  let partitions = folds();
  const answers: Answers = new Map();
  log.forEach((entry, index) => {
    if (stops(entry)) {
      partitions = folds();
      const start = entry.at_ms - LONGEST_MS - REMEMBER_MS;
      for (const past of log.slice(0, index)) if (past.at_ms >= start) partitions[past.partition]!.enter(past);
    }
    note(answers, entry, partitions[entry.partition]!.enter(entry));
  });
  return answers;
}

const byStep = (pattern: Pattern, answers: Answers): CountedWindows[] =>
  pattern.steps.flatMap(({ kind }, step) => (kind === 'action' ? [answers.get(step) ?? {}] : []));

function deliveries({ steps, actions }: Pattern) {
  return steps.flatMap((one) => {
    const action = one.kind === 'action' ? actions.get(one.id) : undefined;
    return one.kind === 'action' && action
      ? [{ at_ms: BASE_MS + one.atMs, event: action, action: actionOf(action) }]
      : [];
  });
}

/** What the last delivery of each action was told. */
function told(pattern: Pattern, counted: readonly CountedWindows[]): Map<string, CountedWindows> {
  return new Map(deliveries(pattern).map(({ event }, index) => [event.action_id, counted[index] ?? {}]));
}

const afterRestarts = (pattern: Pattern): ((entry: Placed) => boolean) => {
  const first = pattern.steps.flatMap(({ kind }, step) => (kind === 'restart' ? [step + 1] : []));
  return ({ step }) => first.includes(step);
};

describe.each(patterns.map((pattern) => [pattern.name, pattern] as const))('%s', (_name, pattern) => {
  const log = logOf(pattern);
  const live = byStep(pattern, restarting(log, afterRestarts(pattern)));

  it('is decided as declared', () => {
    const waiting = [...told(pattern, live)].filter(([id, counted]) => {
      const action = { ...actionOf(pattern.actions.get(id)!), counted };
      return decide({ policy, version: 1 }, action).effective_decision !== 'allow';
    });
    expect(waiting.map(([id]) => id)).toEqual(pattern.people);
  });

  it('is counted as declared', () => {
    const answers = told(pattern, live);
    for (const [id, values] of Object.entries(pattern.values)) {
      const seen = velocityOf(policy, pattern.actions.get(id)!.action_type, answers.get(id) ?? {});
      for (const [name, wanted] of Object.entries(values)) {
        const value = seen[name] ?? null;
        expect([
          id,
          name,
          typeof value === 'object' ? ((value as { value: string } | null)?.value ?? null) : value,
        ]).toEqual([id, name, wanted]);
      }
    }
  });

  it('has the same answers in one life, in many lives, and partition by partition', () => {
    expect(byStep(pattern, readThrough(log))).toEqual(live);
    expect(
      byStep(
        pattern,
        restarting(log, () => true),
      ),
    ).toEqual(live);
    expect(byStep(pattern, readThrough([...log].sort((a, b) => b.partition - a.partition)))).toEqual(live);
  });

  it('has the same answers on replay', () => {
    const history = deliveries(pattern).map(({ event, action, at_ms }, index) => {
      const { tenant, action_id, agent_id } = event;
      return { tenant, action_id, agent_id, action, at_ms, recorded: live[index] ?? null };
    });
    expect(recount([policy], history)).toEqual(live);
  });
});

describe('the corpus', () => {
  it('holds at least twenty patterns', () => {
    expect(patterns.length).toBeGreaterThanOrEqual(20);
    expect(new Set(patterns.map(({ name }) => name)).size).toBe(patterns.length);
  });
});
