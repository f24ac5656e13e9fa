import { randomUUID } from 'node:crypto';
import { Agent, request } from 'undici';

const dispatcher = new Agent({ connections: 256 });

/** One JSON call; throws with the problem document when it is refused. */
export async function call(method, url, { token, body, headers = {} } = {}) {
  const { statusCode, body: answer } = await request(url, {
    method,
    dispatcher,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (statusCode >= 400) throw new Error(`${method} ${new URL(url).pathname} → ${statusCode} ${text}`);
  return JSON.parse(text);
}

const refund = (value, confidence) => ({
  run_id: 'bench',
  agent: { id: 'refund-agent', version: 'v1.4.2' },
  model: { id: 'gpt-5o' },
  action_type: 'refund',
  environment: 'production',
  on_behalf_of: 'customer:812',
  target: 'order:12345',
  parameters: { order_id: '12345', method: 'card', amount: { value, currency: 'USD' } },
  before: { refunded: '0.00' },
  after: { refunded: value },
  rationale: 'Parcel lost, carrier confirmed.',
  confidence,
  signals: { fraud_score: 0.12, anomaly: false },
});

/** The bodies of the bench: one that policy allows by itself and one that a person must approve. */
export const BODIES = { allowed: refund('40.00', 0.97), gated: refund('450.00', 0.9) };

/** The steps of an action against a running system. */
export function clients(local, reviewerToken) {
  const agent = local.agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === 'acme');
  const executor = local.executors.find(({ tenant }) => tenant === 'acme');
  const token = agent.api_key;
  const propose = (body) =>
    call('POST', `${local.intake_url}/v1/actions`, { token, body, headers: { 'idempotency-key': randomUUID() } });
  const read = (id) => call('GET', `${local.intake_url}/v1/actions/${id}?wait=10s`, { token });

  /** Proposal → token on policy's authority. */
  const allowed = async () => tokenOf(await propose(BODIES.allowed));

  /** Proposal → packet → vote → token, with the vote sent at once. */
  const gated = async () => {
    const { action_id, request: waiting } = await propose(BODIES.gated);
    const url = `${local.approval_url}/v1/requests/${waiting.request_id}`;
    const { packet_digest } = await call('GET', url, { token: reviewerToken });
    await call('POST', `${url}/votes`, {
      token: reviewerToken,
      body: { vote: 'approve', packet_digest, reason: 'bench' },
      headers: { 'idempotency-key': randomUUID() },
    });
    return tokenOf(await read(action_id));
  };

  const redeem = (document) =>
    call('POST', `${local.approval_url}/v1/grants/redeem`, {
      token: executor.api_key,
      body: {
        token: document.grant.token,
        action_digest: document.effective.digest,
        environment: 'production',
        preconditions: null,
        request_id: randomUUID(),
      },
    });
  return { allowed, gated, redeem, propose };
}

function tokenOf(document) {
  if (!document.grant?.token) throw new Error(`no token: ${document.status}`);
  return document;
}
