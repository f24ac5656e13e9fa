import type { Facts, PartitionState, RequestState } from '../../src/index.js';
import { isSatisfied } from './gates.js';

/** What no log may ever bring about, asked after every record without the model. */
export class Guard {
  private readonly issued = new Set<string>();
  private readonly used = new Set<string>();
  private readonly ended = new Map<string, string>();

  complaints(state: PartitionState, { events, answer }: Facts): string[] {
    const found: string[] = [];
    const refused = events.filter(({ name }) => name === 'Refused');
    if (refused.length > Number(answer.code !== 'ok' && !answer.repeated)) found.push('refused without a refusal');
    if (answer.code === 'not_eligible' && answer.rule === null) found.push('not eligible by no rule');
    for (const one of events) {
      if (one.name === 'GrantIssued') found.push(...this.issue(state, one.event.action_id));
      if (['GrantRedeemed', 'GrantRevoked', 'GrantLapsed'].includes(one.name) && 'action_id' in one.event)
        found.push(...this.once(this.used, one.event.action_id, 'a grant that ends twice'));
    }
    for (const [id, { request, audit, resolution }] of state.actions) {
      found.push(...this.ends(id, resolution?.status ?? 'pending'));
      for (const ask of [request, audit]) if (ask !== null) found.push(...this.asks(ask));
    }
    return found;
  }

  private once(known: Set<string>, id: string, complaint: string): string[] {
    if (known.has(id)) return [complaint];
    known.add(id);
    return [];
  }

  /** A grant on people's authority needs enough distinct people whose votes count. */
  private issue({ actions }: PartitionState, id: string): string[] {
    const twice = this.once(this.issued, id, 'a second grant');
    const action = actions.get(id);
    const request = action?.request ?? null;
    if (action?.decided.effective_decision !== 'require_approval' || request === null) return twice;
    const { agent_id, operators } = action.decided;
    const votes = request.votes.filter(({ counted, vote }) => counted && vote !== 'deny');
    const people = votes.filter(({ subject }) => subject !== agent_id && !operators.includes(subject));
    return isSatisfied(request.gate, people, request.escalated_at !== null)
      ? twice
      : [...twice, 'a grant without its quorum'];
  }

  private ends(id: string, status: string): string[] {
    const known = this.ended.get(id) ?? 'pending';
    this.ended.set(id, status);
    return known === 'pending' || known === status ? [] : [`${id} was ${known} and is ${status}`];
  }

  private asks({ request_id, status, votes }: RequestState): string[] {
    const people = votes.filter(({ counted }) => counted).map(({ issuer, subject }) => `${issuer} ${subject}`);
    const twice = new Set(people).size < people.length ? ['one person counts twice'] : [];
    return [...twice, ...this.ends(request_id, status)];
  }
}
