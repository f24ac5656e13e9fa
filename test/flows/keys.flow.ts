import { DOORS } from './support/doors.js';
import { knock, operationOf, SERVICES } from './support/knock.js';
import { bearerFor, operationsOf } from './support/operations.js';
import type { Documented } from './support/operations.js';

/** A policy that nobody has published, for the operations that take one. */
const POLICY = `name: keyed
tenant: acme
action_types: { keyed: {} }
rules: [{ name: only, then: require_approval, gate: look }]
gates: { look: { quorum: 1, roles: [finance] } }
fallback: look
`;
const CASES = `policy: keyed
tenant: acme
base: { action_type: keyed, environment: production, parameters: {} }
cases:
  - { name: waits, want: { decision: require_approval, gate: look } }
`;

/** What these do is named by a token of one use; a redemption has an id of its own too, in its body (redemption.suite.ts). */
const BY_TOKEN = ['approval POST /v1/grants/redeem', 'policy POST /v1/policies/{name}/activate'];

describe('the same key with another body', () => {
  const ids = { name: 'keyed', policy: POLICY.replaceAll('\n', '\\n'), subject: 'keyed' };
  let changing: Documented[] = [];

  beforeAll(async () => {
    const isFile = ({ path }: Documented): boolean => path.endsWith('/attachments'); // evidence.suite.ts
    const isClosed = ({ access }: Documented): boolean => !access.some((who) => ['anybody', 'service'].includes(who));
    changing = (await Promise.all(SERVICES.map(operationsOf)))
      .flat()
      .filter((one) => one.method !== 'GET' && isClosed(one) && !isFile(one) && !BY_TOKEN.includes(one.name));
  });

  /** Bodies that are taken as they are, in place of those of the table of doors. */
  const bodyOf = (name: string): object => {
    if (name === 'policy POST /v1/policies/{name}/versions') return { content: POLICY, cases: CASES };
    return (DOORS[name]?.body ?? {}) as object;
  };

  it('is 409 at every operation that changes something, and the first body again is not', async () => {
    const wrong: string[] = [];
    for (const { name, access } of changing) {
      const [key, bearer] = [{ 'idempotency-key': crypto.randomUUID() }, await bearerFor(access)];
      const send = (body: object) =>
        knock(operationOf(name, { callers: 'anyone', body: body as never }), ids, bearer, key);
      const body = bodyOf(name);
      const answers = [await send(body), await send({ ...body, another: 1 }), await send(body)];
      const [first, other, again] = answers.map(({ status }) => status);
      const code = (JSON.parse(answers[1]?.text ?? '{}') as { type?: string }).type;
      const isRefused = other === 409 && code === 'urn:countersign:problem:duplicate_request';
      if (!isRefused || (again !== first && again !== 200))
        wrong.push(`${name}: ${first} ${other} ${again} ${answers[0]?.text}`);
    }
    expect(wrong).toEqual([]);
    expect(changing.length).toBeGreaterThan(30);
  });
});
