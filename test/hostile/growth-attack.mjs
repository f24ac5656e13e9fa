import { randomUUID } from 'node:crypto';
import { fire } from './http-gun.mjs';
import { proposal } from './http-shots.mjs';

const DOOR = 'intake POST /v1/actions/{action_id}/outcome';
/** More than an action takes of one reporter. */
const MANY = 130;
const TOO_MANY = 409;

/** Reports of one action without an end: each is kept by every judge, so there must be one. */
export class GrowthAttack {
  constructor({ url, agent, note, judge }) {
    Object.assign(this, { url, agent, note, judge });
  }

  async run(rest) {
    const { action_id } = await this.propose();
    const path = `/v1/actions/${action_id}/outcome`;
    for (let turn = 0; turn < MANY; turn += 1) {
      const body = JSON.stringify({ status: 'executed', result: { turn } });
      const shot = { kind: 'growth', url: this.url, method: 'POST', path, headers: this.headers(), body };
      const answer = await fire(shot);
      this.note(DOOR, 'growth', String(answer.status ?? answer.fault));
      this.judge(DOOR, shot, answer);
      if (answer.status === TOO_MANY) return;
      await rest(20);
    }
    this.judge(
      DOOR,
      { kind: 'growth', path, body: `${MANY} outcomes were taken` },
      { status: 500, ms: 0, fault: null },
    );
  }

  async propose() {
    const parameters = { amount: { value: '5.00', currency: 'USD' } };
    const body = JSON.stringify({ ...proposal(), parameters });
    const response = await fetch(`${this.url}/v1/actions`, { method: 'POST', headers: this.headers(), body });
    return response.json();
  }

  headers() {
    return {
      authorization: `Bearer ${this.agent.api_key}`,
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    };
  }
}
