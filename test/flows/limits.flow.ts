import { fetchReviewerToken } from '@countersign/local';
import { Browser } from './support/browser.js';
import type { Seen } from './support/browser.js';
import { world } from './support/system.js';

/** What every instance of this system takes from one caller; everybody else's tests stay far below. */
export const RATE = { COUNTERSIGN_RATE_PER_S: '100', COUNTERSIGN_RATE_BURST: '600' };

const IN_FLIGHT = 32;
/** More than the burst and what flows in while they are sent. */
const AT_MOST = 6_000;

describe('the rate of one caller', () => {
  type Call = () => Promise<Seen>;

  const calling = async (url: string, bearer: string, body?: object): Promise<Seen> => {
    const content = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const headers = { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) };
    const response = await fetch(url, { ...content, headers });
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  /** Asks until the first 429. */
  const flood = async (call: Call): Promise<{ refused: Seen | null; before: number; faults: number }> => {
    const told = { refused: null as Seen | null, before: 0, faults: 0 };
    const worker = async (): Promise<void> => {
      while (told.refused === null && told.before < AT_MOST) {
        const seen = await call();
        if (seen.status === 429) told.refused ??= seen;
        else told.before += 1;
        if (seen.status >= 500) told.faults += 1;
      }
    };
    await Promise.all(Array.from({ length: IN_FLIGHT }, worker));
    return told;
  };

  const page = async (subject: string): Promise<Call> => {
    const browser = new Browser(world().local.approval_url);
    await browser.signIn(subject);
    return () => browser.get('/');
  };
  const reading =
    (path: string) =>
    async (subject: string): Promise<Call> => {
      const token = await fetchReviewerToken(local().issuer_url, subject);
      return () => calling(path, token);
    };
  const local = () => world().local;

  /** By service and kind of caller: the calls of one caller, and of another one. */
  const DOORS: readonly (readonly [string, () => Promise<readonly [Call, Call]>])[] = [
    [
      'intake, API keys of agents',
      async () => {
        const of = (id: string) => local().agents.find(({ agent_id }) => agent_id === id)?.api_key ?? '';
        const call = (id: string) => () => calling(`${local().intake_url}/v1/actions?limit=1`, of(id));
        return [call('content-agent'), call('deploy-agent')];
      },
    ],
    [
      'approval, API keys of executors',
      async () => {
        const of = (id: string) => local().executors.find(({ executor_id }) => executor_id === id)?.api_key ?? '';
        const call = (id: string) => () => calling(`${local().approval_url}/v1/grants/redeem`, of(id), {});
        return [call('payments-executor'), call('publisher-executor')];
      },
    ],
    ['approval, people', () => two(reading(`${local().approval_url}/v1/requests?limit=1`))],
    ['policy, people', () => two(reading(`${local().policy_url}/v1/policies`))],
    ['telemetry, people', () => two(reading(`${local().telemetry_url}/v1/dead-letters`))],
    // A person has one rate at a service, whether by token or by page: those who have used theirs up are not asked again.
    ["approval's page", async () => [await page('cat'), await page('dan')]],
  ];
  const two = async (of: (subject: string) => Promise<Call>): Promise<readonly [Call, Call]> => [
    await of('ann'),
    await of('bob'),
  ];

  it.each(DOORS)('is limited at %s, and nobody else notices', async (_where, calls) => {
    const [greedy, modest] = await calls();
    const { refused, before, faults } = await flood(greedy);
    expect([refused?.status, refused?.headers.get('retry-after'), faults]).toEqual([429, '1', 0]);
    expect(before).toBeGreaterThanOrEqual(500);
    const isDocument = refused?.headers.get('content-type')?.includes('json') ?? false;
    if (isDocument) expect(JSON.parse(refused?.text ?? '')).toMatchObject({ type: expect.any(String), retry_after: 1 });
    else expect(refused?.text).toContain('Too many requests');
    expect((await modest()).status).not.toBe(429);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await greedy()).status).not.toBe(429);
  });
});
