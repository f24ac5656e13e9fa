import { CountersignError, digestOf, LIMITS } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import { packetOf } from '../../apps/approval/src/http/request-view.js';
import { atTheLimits, growing, randomCase } from './proposals.js';
import type { Case } from './proposals.js';
import { reversed } from './shapes.js';
import { PROPOSALS, SEED } from './sizes.config.js';
import { Story } from './story.js';

/** Mulberry32: the same seed gives the same numbers, from 0 up to below the argument. */
function random(seed: number): (count: number) => number {
  let state = seed;
  return (count) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * count);
  };
}

/** What the door says of a proposal that is not accepted. */
const NOT_TAKEN = ['too_large', 'diff_contradicts_parameters'];

/** A row of the sink is JSON text: what is in a record grows by its escapes at most. */
const ROW_CHARACTERS = 2 * LIMITS.record;

async function begun({ what, body }: Case): Promise<Story | null> {
  try {
    return await Story.begin(body as JsonValue);
  } catch (fault) {
    if (fault instanceof CountersignError && NOT_TAKEN.includes(fault.code)) return null;
    throw new Error(what, { cause: fault });
  }
}

function checkSizes({ what }: Case, { life }: Story): void {
  const over = [...life.largest].filter(([, bytes]) => bytes > LIMITS.record);
  const long = [...life.rows].filter(([, characters]) => characters > ROW_CHARACTERS);
  expect({ what, over, long }).toEqual({ what, over: [], long: [] });
}

/** The digest of a packet is over what people read, whatever it was computed from. */
function checkPacket({ life: { requested } }: Story): void {
  if (requested.request.attachments.length > 0) return;
  expect(digestOf(packetOf(requested))).toBe(requested.request.packet_digest);
}

const changesOf = ({ body }: Case, count: number): JsonValue[] =>
  Array.from({ length: count }, (_, at) => ({ v: reversed((body['parameters'] as { v?: JsonValue }).v ?? {}), at }));

describe('what is accepted is carried to the end', () => {
  const below = random(SEED);
  const ENDS: readonly ((one: Case, story: Story) => unknown)[] = [
    (one, story) => story.whole(changesOf(one, below(3))),
    (_one, story) => story.deny('bob'),
    (_one, story) => story.cancel(),
  ];

  it.each(atTheLimits().map((one) => [one.what, one] as const))('at a limit: %s', async (_what, one) => {
    const story = await begun(one);
    expect(story).not.toBeNull();
    if (story === null) return;
    checkPacket(story);
    await story.whole(changesOf(one, 2));
    checkSizes(one, story);
  });

  it.each(growing().map((one) => [one.what, one] as const))('or it is refused at the door: %s', async (_what, one) => {
    const story = await begun(one);
    await story?.whole(changesOf(one, 1));
    if (story !== null) checkSizes(one, story);
  });

  it('with as many edits as an action takes', async () => {
    const [one] = atTheLimits();
    if (one === undefined) throw new Error('no case');
    const story = await begun(one);
    await story?.whole(changesOf(one, LIMITS.edits));
    expect(story?.life.action.versions.length).toBe(LIMITS.edits);
    checkSizes(one, story as Story);
  });

  it(
    `whatever is proposed: ${PROPOSALS} times`,
    async () => {
      const largest = new Map<string, number>();
      for (let accepted = 0; accepted < PROPOSALS;) {
        const one = randomCase(below);
        const story = await begun(one);
        if (story === null) continue;
        checkPacket(story);
        await ENDS[below(ENDS.length)]?.(one, story);
        checkSizes(one, story);
        for (const [name, bytes] of story.life.largest) largest.set(name, Math.max(bytes, largest.get(name) ?? 0));
        accepted += 1;
      }
      process.stdout.write(`sizes: ${JSON.stringify(Object.fromEntries(largest))}\n`);
      // It proves nothing unless some of them are large.
      expect(largest.get('ActionProposed')).toBeGreaterThan(LIMITS.body / 2);
    },
    Math.max(120_000, PROPOSALS * 500),
  );
});
