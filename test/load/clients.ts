import { digestOf } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { JsonObject, Proposal } from '@countersign/sdk';
import type { LocalFile } from '@countersign/local';
import { randomUUID } from 'node:crypto';
import type { People } from '../../apps/approval/test/people.js';
import { TENANT } from '../flows/support/world.js';
import { Caller } from '../faults/caller.js';
import type { Reply } from '../faults/caller.js';
import type { Click, Redemption } from './referee.js';

/** A person at a door: one account of theirs, and the instance that their browser talks to. */
export interface Account {
  readonly subject: string;
  readonly token: string;
  /** 0 or 1. */
  readonly door: number;
}

export interface Ballot {
  readonly vote: 'approve' | 'deny' | 'approve_with_changes';
  readonly parameters?: JsonObject;
  readonly key?: string;
}

/** A request as this person saw it. */
export interface Seen {
  readonly actionId: string;
  readonly requestId: string;
  readonly packetDigest: string;
}

export interface Document {
  readonly action_id: string;
  readonly status: string;
  readonly request: { readonly request_id: string } | null;
  readonly effective: { readonly digest: string };
  readonly grant: { readonly token?: string } | null;
}

const codeOf = ({ status, body }: Reply): string =>
  status < 300 ? 'ok' : String(body['type']).replace('urn:countersign:problem:', '');

/** Agents, people and executors over HTTP, who write down what they sent and what they were told. */
export class Clients {
  readonly clicks: Click[] = [];
  readonly redemptions: Redemption[] = [];
  readonly removed = new Map<string, number>();
  readonly shown = new Map<string, string>();
  /** Answers that nobody should get. */
  readonly wrongs: string[] = [];
  readonly caller = new Caller();

  constructor(
    private readonly local: LocalFile,
    private readonly people: People,
  ) {}

  /** An account with these roles: two of one subject are one person. */
  async account(subject: string, roles: readonly string[], door: number): Promise<Account> {
    const bearer = await this.people.bearer(subject, roles, TENANT);
    return { subject, token: bearer.replace('Bearer ', ''), door };
  }

  async propose(proposal: Proposal): Promise<Document> {
    const call = { method: 'POST', path: '/v1/actions', key: randomUUID(), body: proposal, heldMs: 2_000 } as const;
    const { body } = await this.caller.call({ ...call, urls: [this.local.intake_url], token: this.agentKey() });
    return this.read(String(body['action_id']), '?wait=5s&for=decision');
  }

  /** The action as its agent sees it. */
  async read(actionId: string, query = ''): Promise<Document> {
    const call = { method: 'GET', path: `/v1/actions/${actionId}${query}`, heldMs: 5_000 } as const;
    const { body } = await this.caller.call({ ...call, urls: [this.local.intake_url], token: this.agentKey() });
    return body as unknown as Document;
  }

  /** Opens the packet, as a reviewer does before voting, and checks that it is what its digest says. */
  async view({ token, door }: Account, { action_id, request }: Document): Promise<Seen> {
    const path = `/v1/requests/${request?.request_id}`;
    const { body } = await this.caller.call({ method: 'GET', urls: this.doors(door), path, token });
    const packet = (body['packet'] ?? {}) as { action?: { digest?: string } };
    const packetDigest = String(body['packet_digest']);
    if (digestOf(packet as JsonValue) !== packetDigest) this.wrongs.push(`${action_id}: a packet of another digest`);
    this.shown.set(packetDigest, packet.action?.digest ?? '');
    return { actionId: action_id, requestId: request?.request_id ?? '', packetDigest };
  }

  async click({ subject, token, door }: Account, seen: Seen, ballot: Ballot): Promise<string> {
    const { key = randomUUID(), ...vote } = ballot;
    const { actionId, requestId, packetDigest } = seen;
    const body = { ...vote, packet_digest: packetDigest, reason: 'checked the receipt' };
    const path = `/v1/requests/${requestId}/votes`;
    const sentAt = Date.now();
    const reply = await this.caller.call({ method: 'POST', urls: this.doors(door), path, token, key, body });
    const code = codeOf(reply);
    const voteId = code === 'ok' ? String(reply.body['vote_id']) : null;
    this.clicks.push({ actionId, subject, sentAt, voteId, code });
    return code;
  }

  /** Takes a person off the roster. */
  async remove(subject: string, admin: Account): Promise<void> {
    const call = { method: 'DELETE', path: `/v1/reviewers/${subject}`, token: admin.token } as const;
    const reply = await this.caller.call({ ...call, urls: this.doors(admin.door) });
    if (codeOf(reply) !== 'ok') this.wrongs.push(`${subject} was not taken off: ${codeOf(reply)}`);
    this.removed.set(subject, Date.now());
  }

  /** True when both instances say so. */
  async isPending({ request }: Document, reader: Account): Promise<boolean> {
    const path = `/v1/requests/${request?.request_id}`;
    const call = { method: 'GET', path, token: reader.token } as const;
    const replies = await Promise.all([0, 1].map((door) => this.caller.call({ ...call, urls: this.doors(door) })));
    return replies.every(({ body }) => body['status'] === 'pending');
  }

  /** Two executors at two instances ask for the same grant at once. */
  async redeemTwice(document: Document, action_digest: string): Promise<void> {
    const token = document.grant?.token ?? '';
    const executors = this.local.executors.filter(({ tenant }) => tenant === TENANT);
    await Promise.all(
      [0, 1].map(async (door) => {
        const request_id = randomUUID();
        const body = { token, action_digest, environment: 'production', preconditions: null, request_id };
        const call = { method: 'POST', path: '/v1/grants/redeem', token: executors[door]!.api_key, body } as const;
        const reply = await this.caller.call({ ...call, urls: this.doors(door) });
        this.redemptions.push({ actionId: document.action_id, digest: action_digest, ok: reply.status === 200 });
      }),
    );
  }

  private doors(first: number): string[] {
    const { approval_urls: urls } = this.local;
    return [...urls.slice(first), ...urls.slice(0, first)];
  }

  private agentKey(): string {
    return this.local.agents.find(({ agent_id, tenant }) => agent_id === 'refund-agent' && tenant === TENANT)!.api_key;
  }
}
