import { KnownLookup } from './known-lookup.js';

const action = (action_id: string) => ({ tenant: 't', action_id });

describe('lookup of known actions', () => {
  it('asks once for all of one turn, and gives each its own answer', async () => {
    const asked: string[][] = [];
    const lookup = new KnownLookup(async (actions) => {
      asked.push(actions.map(({ action_id }) => action_id));
      return actions.map(({ action_id }) => (action_id === 'b' ? 'hash of b' : null));
    });
    const answers = await Promise.all(['a', 'b', 'c'].map((id) => lookup.bodyHash(action(id))));
    expect(answers).toEqual([null, 'hash of b', null]);
    await lookup.bodyHash(action('d'));
    expect(asked).toEqual([['a', 'b', 'c'], ['d']]);
  });

  it('asks in parts of at most 500', async () => {
    const sizes: number[] = [];
    const lookup = new KnownLookup(async (actions) => {
      sizes.push(actions.length);
      return actions.map(({ action_id }) => action_id);
    });
    const ids = Array.from({ length: 1_001 }, (_item, i) => String(i));
    expect(await Promise.all(ids.map((id) => lookup.bodyHash(action(id))))).toEqual(ids);
    expect(sizes).toEqual([500, 500, 1]);
  });

  it('fails for all that were asked together, and for no others', async () => {
    let down = true;
    const lookup = new KnownLookup(async (actions) => {
      if (down) throw new Error('down');
      return actions.map(() => null);
    });
    const both = await Promise.allSettled([lookup.bodyHash(action('a')), lookup.bodyHash(action('b'))]);
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    down = false;
    await expect(lookup.bodyHash(action('a'))).resolves.toBeNull();
  });
});
