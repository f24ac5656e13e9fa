import { LIMITS } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { changed, reversed, SHAPES } from './shapes.js';

type Members = { readonly [member: string]: JsonValue };

/** One proposal as its agent sends it. */
export interface Case {
  readonly what: string;
  readonly body: Members;
}

/** Types of the policy that decides them, see `policy.ts`. */
const TYPES = ['plain', 'copied', 'secret', 'hashed', 'omitted'] as const;
/** What the largest body still has room for beside its values. */
const HEAD_BYTES = 4_000;

/** Where a value may stand. Each gets the value and about half of it again where it has two. */
const PLACES: Readonly<Record<string, (value: JsonValue, half: JsonValue) => Members>> = {
  parameters: (value) => ({ parameters: { v: value } }),
  'before and after': (_value, half) => ({ parameters: {}, before: { v: half }, after: { v: changed(half) } }),
  'before and after, turned round': (_value, half) => ({ parameters: {}, before: [half], after: [reversed(half)] }),
  signals: (value) => ({ parameters: {}, signals: { v: value } }),
  context: (value) => ({ parameters: {}, context: { prompt: value, output: 'o' } }),
  preconditions: (value) => ({ parameters: {}, preconditions: { v: value } }),
  'parameters and preconditions': (_value, half) => ({ parameters: { v: half }, preconditions: { etag: half } }),
  'parameters and context': (_value, half) => ({ parameters: { v: half }, context: { inputs: [half] } }),
};

const head = (action_type: string): Members => ({
  ...{ run_id: 'run'.repeat(80), agent: { id: 'agent', version: 'v'.repeat(256) }, model: { id: 'm'.repeat(256) } },
  ...{ action_type, environment: 'production', on_behalf_of: 'c'.repeat(256), target: 'é'.repeat(2_000) },
});

function caseOf(type: string, shape: string, place: string, bytes: number): Case {
  const make = SHAPES[shape];
  const put = PLACES[place];
  if (make === undefined || put === undefined) throw new Error(`${shape}, ${place}`);
  const body = { ...head(type), ...put(make(bytes), make(bytes / 2)) };
  return { what: `${type}, ${shape} in ${place}, ${Math.round(bytes)} bytes`, body };
}

/** Every shape in every place, as large as a body may be. */
export const largest = (): Case[] =>
  Object.keys(SHAPES).flatMap((shape) =>
    Object.keys(PLACES).map((place) => caseOf('plain', shape, place, LIMITS.body - 2 * HEAD_BYTES)),
  );

/** What is as long as one limit allows, to the byte or nearly so. */
export function atTheLimits(): Case[] {
  const plain = head('plain');
  const room = LIMITS.body - Buffer.byteLength(JSON.stringify({ ...plain, parameters: { v: '' } }));
  const numbers = (count: number): JsonValue => Array.from({ length: count }, () => 9e15);
  const notes = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`note${i}`, 'é'.repeat(1_000)]));
  return [
    { what: 'a body of all bytes', body: { ...plain, parameters: { v: 'x'.repeat(room) } } },
    // 17 bytes each in canonical form, and as many as are kept.
    {
      what: 'numbers up to what is kept',
      body: { ...head('plain'), parameters: { a: numbers(10_000), b: numbers(12_600) } },
    },
    {
      what: 'numbers in several members',
      body: {
        ...plain,
        parameters: { a: numbers(7_600) },
        before: [numbers(7_600)],
        preconditions: { a: numbers(7_600) },
      },
    },
    {
      what: 'an after that follows',
      body: { ...head('copied'), parameters: { v: 'x'.repeat(90_000) }, before: { w: 'y'.repeat(38_000) } },
    },
    // As large as a patch may be, and a little more.
    {
      what: 'the longest diff',
      body: { ...plain, parameters: {}, before: {}, after: { v: 'x'.repeat(LIMITS.diff - 60) } },
    },
    { what: 'a diff too long', body: { ...plain, parameters: {}, before: {}, after: { v: 'x'.repeat(LIMITS.diff) } } },
    {
      what: 'a long rationale',
      body: { ...plain, parameters: { v: 'x'.repeat(100_000) }, rationale: '\u4e16'.repeat(20_000) },
    },
    { what: 'values that an explanation cuts', body: { ...plain, parameters: notes } },
    {
      what: 'what is hidden',
      body: {
        ...head('secret'),
        parameters: { secret: numbers(10_000), open: 1 },
        context: { prompt: 'x'.repeat(60_000) },
      },
    },
  ];
}

/** What is longer in a record than in its body, around what is kept and far above it. */
export function growing(): Case[] {
  const counts = [22_000, 24_000, 35_000, 45_000];
  const numbers = counts.map((count): Case => {
    const body = { ...head('plain'), parameters: { v: Array.from({ length: count }, () => 9e15) } };
    return { what: `${count} numbers`, body };
  });
  const follows = [100_000, 150_000, 200_000].map((bytes): Case => {
    const body = { ...head('copied'), parameters: { v: 'x'.repeat(bytes) }, before: {} };
    return { what: `an after that follows from ${bytes} bytes`, body };
  });
  return [...numbers, ...follows];
}

/** @param below gives a number from 0 up to below its argument */
export function randomCase(below: (count: number) => number): Case {
  const pick = (all: readonly string[]): string => all[below(all.length)] ?? '';
  // Every sixth as large as a body may be; of the rest as many of each order of magnitude, from one byte on.
  const largest = LIMITS.body - 2 * HEAD_BYTES;
  const bytes = below(6) === 0 ? largest : Math.min(largest, 2 ** (below(1_800) / 100));
  return caseOf(pick(TYPES), pick(Object.keys(SHAPES)), pick(Object.keys(PLACES)), bytes);
}
