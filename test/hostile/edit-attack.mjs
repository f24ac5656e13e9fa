import { randomUUID } from 'node:crypto';
import { fire } from './http-gun.mjs';
import { proposal } from './http-shots.mjs';

const DOOR = 'approval POST /v1/requests/{request_id}/votes';

/** Long lists of a proposal, and edits that turn them round: a diff of both once took seconds, at each read again. */
export class EditAttack {
  constructor({ local, agent, token, note, judge }) {
    Object.assign(this, { local, agent, token, note, judge });
  }

  async run(until, rest) {
    for (let turn = 0; Date.now() < until; turn += 1) {
      await this.edit(1_000 * (1 + (turn % 4)));
      await rest(1_500);
    }
  }

  async edit(length) {
    const items = Array.from({ length }, (_, i) => i);
    const amount = { value: '450.00', currency: 'USD' };
    const proposed = await this.json(this.local.intake_url, '/v1/actions', this.agent.api_key, {
      ...proposal(),
      ...{ confidence: 0.9, parameters: { amount, items } },
    });
    const path = `/v1/requests/${proposed?.request?.request_id}`;
    const shown = await this.json(this.local.approval_url, path, this.token, null);
    const body = {
      vote: 'approve_with_changes',
      packet_digest: shown?.packet_digest ?? 'none',
      reason: 'the other way round',
    };
    await this.shot(`${path}/votes`, { ...body, parameters: { amount, items: items.toReversed() } });
    await this.shot(path, null);
  }

  async shot(path, body) {
    const [method, kind] = [body === null ? 'GET' : 'POST', 'multiplies'];
    const headers = {
      authorization: `Bearer ${this.token}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
    const shot = { kind, url: this.local.approval_url, method, path, headers, body: body && JSON.stringify(body) };
    const answer = await fire(shot);
    const door = body === null ? 'approval GET /v1/requests/{request_id}' : DOOR;
    this.note(door, kind, String(answer.status ?? answer.fault));
    this.judge(door, shot, answer);
  }

  async json(url, path, credential, body) {
    const response = await fetch(url + path, {
      method: body === null ? 'GET' : 'POST',
      headers: {
        authorization: `Bearer ${credential}`,
        'content-type': 'application/json',
        'idempotency-key': randomUUID(),
      },
      ...(body === null ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    }).catch(() => null);
    return response?.json().catch(() => null) ?? null;
  }
}
