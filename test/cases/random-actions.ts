import fc from 'fast-check';
import type { CompiledPolicy, PolicyAction } from '@countersign/policy';

type Document = NonNullable<CompiledPolicy['document']>;
type Fact = Document['facts'][string];

const NOTHING = {
  environment: 'production',
  target: null,
  on_behalf_of: null,
  agent_version: 'v1',
  model_id: 'm1',
  confidence: null,
  parameters: {},
  signals: {},
  before: null,
  after: null,
  velocity: {},
};

/** What the conditions of a policy compare with: the values at which its answers change. */
interface Boundaries {
  readonly amounts: readonly string[];
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

function conditionsOf({ rules, classify, rollout }: Document): string[] {
  const axes = Object.values(classify ?? {}).flat() as { when?: string }[];
  return [...rules, ...axes, ...rollout.segments].flatMap(({ when }) => when ?? []);
}

function boundariesOf(document: Document): Boundaries {
  const text = conditionsOf(document).join('\n');
  const amounts = [...text.matchAll(/money\("([^"]+)"/g)].map(([, amount]) => amount ?? '');
  const plain = text.replaceAll(/money\([^)]*\)/g, '');
  const numbers = [...plain.matchAll(/(?<![\w.])\d+(\.\d+)?/g)].map(([number]) => Number(number));
  const texts = [...plain.matchAll(/"([^"]*)"/g)].map(([, found]) => found ?? '');
  return {
    amounts: [...new Set(['0.00', ...amounts])],
    numbers: [...new Set([0, 1, ...numbers])],
    texts: [...new Set(['other', ...texts])],
  };
}

const around = (number: number, step: number): number[] => [number - step, number, number + step];

const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.string(),
  fc.double(),
  fc.boolean(),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 3 }),
);

/** A pointer's value, set in a copy; parents that are absent become objects. */
function withValue(node: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  const parent = (typeof node === 'object' && node !== null ? node : {}) as Record<string, unknown>;
  return { ...parent, [first]: withValue(parent[first], rest, value) };
}

const tokensOf = (pointer: string): string[] => pointer.split('/').slice(1);

function amountOf(fact: Fact & { type: 'money' }, { amounts }: Boundaries): fc.Arbitrary<unknown> {
  const digits = amounts.flatMap((amount) => around(Number(amount), 0.01).map((number) => number.toFixed(2)));
  const special = ['1e2', 'NaN', '01', '5.001', '99999999999999999999999999', '-1.00'];
  const value = fc.oneof({ arbitrary: fc.constantFrom(...digits), weight: 20 }, fc.constantFrom(...special));
  const currency = fc.constantFrom(...Array<string>(20).fill(fact.currency), 'EUR', 'XXX');
  const amount = fact.bare_number ? value.map(Number) : fc.record({ value, currency });
  if (fact.fold === undefined) return amount;
  const element = fc.oneof({ arbitrary: amount, weight: 8 }, odd);
  const list = element.map((one) => withValue({}, tokensOf(fact.each ?? ''), one));
  return fc.array(list, { maxLength: 4 });
}

function soundValue(fact: Fact, boundaries: Boundaries): fc.Arbitrary<unknown> {
  const { numbers, texts } = boundaries;
  switch (fact.type) {
    case 'money':
      return amountOf(fact, boundaries);
    case 'number':
      return fc.oneof(
        { arbitrary: fc.constantFrom(...numbers.flatMap((one) => around(one, 0.001))), weight: 8 },
        fc.double(),
      );
    case 'int':
      return fc.oneof(
        { arbitrary: fc.constantFrom(...numbers.flatMap((one) => around(Math.round(one), 1))), weight: 8 },
        fc.integer(),
      );
    case 'string':
      return fc.constantFrom(...texts, ...(fact.one_of ?? []));
    case 'bool':
      return fc.boolean();
    case 'strings':
      return fc.array(fc.constantFrom(...texts), { maxLength: 4 });
  }
}

/** Sound, of another type, null, or absent. */
const mostly = (sound: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ arbitrary: sound, weight: 8 }, { arbitrary: odd, weight: 1 }, fc.constantFrom(null, undefined));

function counterFacts({ velocity, facts, action_types }: Document, type: string): Fact[] {
  return Object.entries(velocity).map(([name, { sum }]) => {
    const summed = sum === undefined ? undefined : (action_types[type]?.facts[sum] ?? facts[sum]);
    return { type: 'int', ...summed, at: `/velocity/${name}`, fold: undefined } as Fact;
  });
}

function actionOf(document: Document, type: string): fc.Arbitrary<PolicyAction> {
  const boundaries = boundariesOf(document);
  const facts = [
    ...Object.values({ ...document.facts, ...document.action_types[type]?.facts }),
    ...counterFacts(document, type),
    // No fact that could be anything: intake takes three environments.
  ].filter(({ at }) => at !== '/environment');
  const sound = facts.map((fact) => soundValue(fact, boundaries));
  // Half of the actions have every fact, so that long conditions come true too.
  const values = fc.oneof(fc.tuple(...sound), fc.tuple(...sound.map(mostly)));
  const environment = fc.constantFrom('production', 'production', 'staging', 'canary');
  const sources = fc.constantFrom(...new Set(['agent', 'other-provider', ...facts.map(({ stated_by }) => stated_by)]));
  const stated = fc.tuple(
    ...facts.map(({ stated_by }) => fc.oneof({ arbitrary: fc.constant(stated_by), weight: 19 }, sources)),
  );
  const state = fc.constantFrom(null, {}, { text: 'x' });
  return fc.tuple(values, fc.tuple(environment, state, state), stated).map(([found, [place, before, after], by]) => {
    const base = { ...NOTHING, action_type: type, environment: place, before, after };
    const action = facts.reduce<unknown>((node, { at }, index) => withValue(node, tokensOf(at), found[index]), base);
    return {
      ...(action as PolicyAction),
      ...attestationsOf(facts, found, by),
      stated: Object.fromEntries(
        facts.flatMap((fact, index) => (isAttested(fact) ? [] : [[fact.at, by[index] ?? 'agent']])),
      ),
    };
  });
}

const isAttested = ({ at, stated_by }: Fact): boolean => stated_by !== 'agent' && at.startsWith('/signals/');

/**
 * Values that a provider must state, under whoever signed them: its own name, or that of another source. The agent
 * states the same values, which must not count.
 */
function attestationsOf(
  facts: readonly Fact[],
  found: readonly unknown[],
  by: readonly (string | undefined)[],
): Pick<PolicyAction, 'attestations'> {
  const all = facts.reduce<unknown>((node, fact, index) => {
    if (!isAttested(fact) || found[index] === undefined) return node;
    return withValue(node, [by[index] ?? 'agent', ...tokensOf(fact.at).slice(1)], found[index]);
  }, {});
  return facts.some(isAttested) ? { attestations: all as NonNullable<PolicyAction['attestations']> } : {};
}

/**
 * Actions of every type that the policies name, with values at, below and above what their conditions compare with;
 * more of those that more is said about.
 */
export function randomActions(policies: readonly CompiledPolicy[]): fc.Arbitrary<PolicyAction> {
  const each = policies.flatMap(({ document, types }) =>
    document === null
      ? []
      : [...types].map(([type, { facts, rules }]) => ({
          arbitrary: actionOf(document, type),
          weight: 1 + facts.length * rules.length,
        })),
  );
  return fc.oneof(...each);
}
