import { randomUUID } from 'node:crypto';
import type { Caller, Reply } from './caller.js';
import type { Kind, Ledger, LedgerAction } from './ledger.js';

/** Who acts, and where. */
export interface Cast {
  readonly intake: readonly string[];
  readonly approval: readonly string[];
  readonly agentKey: string;
  readonly executorKeys: readonly string[];
  /** Bearer tokens of people who may vote on refunds. */
  readonly reviewers: ReadonlyMap<string, string>;
  /** An operator of the agent: has the role and may never vote. */
  readonly operator: string;
}

interface Document {
  readonly action_id: string;
  readonly status: string;
  readonly request: { readonly request_id: string } | null;
  readonly effective: { readonly digest: string };
  readonly grant: { readonly token?: string } | null;
}

const AMOUNTS: Record<Kind, readonly [value: string, confidence: number]> = {
  allowed: ['40.00', 0.97],
  one: ['450.00', 0.9],
  denied: ['451.00', 0.9],
  contested: ['452.00', 0.9],
  two: ['6000.00', 0.9],
};

/** How long an agent waits for the end of its action, milliseconds; longer is STUCK. */
const END_MS = 60_000;

/** One action from proposal to outcome, with everything that agents, people and executors do about it. */
export class Life {
  private readonly key = randomUUID();

  constructor(
    private readonly caller: Caller,
    private readonly cast: Cast,
    private readonly ledger: Ledger,
    private readonly random: () => number,
  ) {}

  async live(kind: Kind): Promise<void> {
    const proposed = await this.propose(kind);
    const entry = this.ledger.acknowledge(proposed.action_id, kind);
    const decided = await this.until(proposed, (status) => status !== 'deciding', 'decision');
    entry.status = decided.status;
    if (decided.request && kind !== 'allowed') await this.decide(entry, decided.request.request_id);
    const ended = await this.until(decided, (status) => status !== 'deciding' && status !== 'pending', 'terminal');
    entry.status = ended.status;
    if (ended.status === 'approved') await this.execute(entry, ended);
  }

  private async propose(kind: Kind): Promise<Document> {
    const [value, confidence] = AMOUNTS[kind];
    const body = {
      run_id: `faults-${this.key.slice(0, 2)}`,
      agent: { id: 'refund-agent', version: 'v1.4.2' },
      model: { id: 'gpt-5o' },
      action_type: 'refund',
      environment: 'production',
      on_behalf_of: 'customer:812',
      target: 'order:12345',
      parameters: { order_id: '12345', method: 'card', amount: { value, currency: 'USD' } },
      confidence,
      signals: { fraud_score: 0.05 },
    };
    const reply = await this.caller.call({
      method: 'POST',
      urls: this.cast.intake,
      path: '/v1/actions',
      token: this.cast.agentKey,
      key: this.key,
      body,
      heldMs: 2_000,
    });
    if (![200, 201, 202].includes(reply.status))
      throw new Error(`proposal was answered ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body as unknown as Document;
  }

  private async until(
    document: Document,
    isEnough: (status: string) => boolean,
    what: 'decision' | 'terminal',
  ): Promise<Document> {
    const deadline = Date.now() + END_MS;
    let seen = document;
    while (!isEnough(seen.status) && Date.now() < deadline) {
      const path = `/v1/actions/${document.action_id}?wait=5s${what === 'decision' ? '&for=decision' : ''}`;
      const reply = await this.caller.call({
        method: 'GET',
        urls: this.cast.intake,
        path,
        token: this.cast.agentKey,
        heldMs: 5_000,
      });
      if (reply.status === 200) seen = reply.body as unknown as Document;
      else throw new Error(`acknowledged action was answered ${reply.status} ${JSON.stringify(reply.body)}`);
    }
    return seen;
  }

  private async decide(entry: LedgerAction, requestId: string): Promise<void> {
    const [first, second] = this.people();
    if (this.random() < 0.1) await this.intrude(entry, requestId);
    if (entry.kind === 'one') await this.vote(entry, requestId, first, 'approve');
    if (entry.kind === 'denied') await this.vote(entry, requestId, first, 'deny');
    if (entry.kind === 'two')
      await Promise.all([
        this.vote(entry, requestId, first, 'approve'),
        this.vote(entry, requestId, second, 'approve'),
      ]);
    if (entry.kind === 'contested')
      await Promise.all([this.vote(entry, requestId, first, 'approve'), this.vote(entry, requestId, second, 'deny')]);
  }

  private people(): [string, string] {
    const names = [...this.cast.reviewers.keys()];
    const first = Math.floor(this.random() * names.length);
    return [names[first]!, names[(first + 1) % names.length]!];
  }

  private async vote(entry: LedgerAction, requestId: string, subject: string, vote: 'approve' | 'deny'): Promise<void> {
    const reply = await this.castVote(entry, requestId, { token: this.cast.reviewers.get(subject)!, vote });
    if (reply.status === 201 || reply.status === 200)
      entry.votes.push({ subject, vote, voteId: String(reply.body['vote_id']) });
    else if (entry.kind !== 'contested' || reply.status !== 409)
      entry.wrongs.push(`vote of ${subject} was answered ${reply.status} ${String(reply.body['type'])}`);
  }

  private async intrude(entry: LedgerAction, requestId: string): Promise<void> {
    const { status } = await this.castVote(entry, requestId, { token: this.cast.operator, vote: 'approve' });
    if (status !== 403) entry.wrongs.push(`UNAUTHORIZED: the operator's vote was answered ${status}`);
  }

  private async castVote(
    entry: LedgerAction,
    requestId: string,
    { token, vote }: { token: string; vote: string },
  ): Promise<Reply> {
    const path = `/v1/requests/${requestId}`;
    const urls = this.cast.approval;
    const shown = await this.caller.call({ method: 'GET', urls, path, token });
    if (shown.status !== 200)
      entry.wrongs.push(`the packet was answered ${shown.status} ${String(shown.body['type'])}`);
    const body = { vote, packet_digest: shown.body['packet_digest'] ?? 'none', reason: 'checked the receipt' };
    return this.caller.call({ method: 'POST', urls, path: `${path}/votes`, token, key: randomUUID(), body });
  }

  /** Two executors race for the same grant: one wins. */
  private async execute(entry: LedgerAction, document: Document): Promise<void> {
    const token = document.grant?.token;
    if (!token) {
      entry.wrongs.push('approved without a token');
      return;
    }
    const { digest } = document.effective;
    if (
      this.random() < 0.1 &&
      (
        await this.redeem(
          token,
          digest.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
          0,
        )
      ).status === 200
    )
      entry.wrongs.push('UNAUTHORIZED: another digest was redeemed');
    await Promise.all([0, 1].map((executor) => this.redeemOnce(entry, token, digest, executor)));
    await this.report(entry);
  }

  private async redeemOnce(entry: LedgerAction, token: string, digest: string, executor: number): Promise<void> {
    entry.redemptions++;
    const { status, requestId } = await this.redeem(token, digest, executor);
    if (status === 200) entry.redeemed.push(requestId);
    else if (status !== 409) entry.wrongs.push(`redemption was answered ${status}`);
  }

  private async redeem(
    token: string,
    digest: string,
    executor: number,
  ): Promise<{ status: number; requestId: string }> {
    const requestId = randomUUID();
    const body = {
      token,
      action_digest: digest,
      environment: 'production',
      preconditions: null,
      request_id: requestId,
    };
    const { status } = await this.caller.call({
      method: 'POST',
      urls: this.cast.approval,
      path: '/v1/grants/redeem',
      token: this.cast.executorKeys[executor]!,
      body,
    });
    return { status, requestId };
  }

  private async report(entry: LedgerAction): Promise<void> {
    const body = {
      status: 'executed',
      result: { refund: 'r-1' },
      post_checks: [],
      occurred_at: new Date().toISOString(),
    };
    const { status } = await this.caller.call({
      method: 'POST',
      urls: this.cast.intake,
      path: `/v1/actions/${entry.actionId}/outcome`,
      token: this.cast.agentKey,
      key: this.key,
      body,
    });
    if (status === 201 || status === 200) entry.outcome = true;
    else entry.wrongs.push(`outcome was answered ${status}`);
  }
}
