import { loadExternal } from './external.config.js';

it('embeds both parts when nothing is said', () => {
  expect(loadExternal({})).toEqual({ kafkaBrokers: null, engine: null });
});

it('takes brokers and an engine from the environment', () => {
  const env = {
    KAFKA_BROKERS: 'a:9092, b:9092',
    CLICKHOUSE_URL: 'http://db:8123/',
    CLICKHOUSE_USER: 'u',
    CLICKHOUSE_PASSWORD: 'p',
  };
  expect(loadExternal(env)).toEqual({
    kafkaBrokers: ['a:9092', 'b:9092'],
    engine: { url: 'http://db:8123', user: 'u', password: 'p', analystUser: '', analystPassword: '' },
  });
});

it("hands the analyst's password out, and never the one of the service", () => {
  const env = { CLICKHOUSE_URL: 'http://db:8123', CLICKHOUSE_USER: 'u', CLICKHOUSE_PASSWORD: 'p' };
  expect(loadExternal({ ...env, CLICKHOUSE_ANALYST_USER: 'a', CLICKHOUSE_ANALYST_PASSWORD: 'q' }).engine).toMatchObject(
    {
      ...{ user: 'u', password: 'p', analystUser: 'a', analystPassword: 'q' },
    },
  );
  expect(JSON.stringify(loadExternal({ ...env, CLICKHOUSE_ANALYST_USER: 'a' }).engine?.analystPassword)).toBe('""');
});

it('names an address that is none, without its value', () => {
  expect(() => loadExternal({ CLICKHOUSE_URL: 'db:8123' })).toThrow('CLICKHOUSE_URL is not an http address');
});
