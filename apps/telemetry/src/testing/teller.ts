import { derivedId } from '@countersign/canonical';
import { TOPICS } from '@countersign/events';
import type { EventMap, EventName } from '@countersign/events';
import type { AcceptedVote } from '@countersign/metrics';
import type { SimulatedLog } from './log.js';
import { randomAction } from './random-action.js';
import type { ActionFacts } from './random-action.js';
import type { Random } from './random.js';
import { voted } from './story-events.js';
import type { Scene } from './story-events.js';

const MINUTE = 60_000;
/** Keeps the time of one story, and puts down what happens in it. */
export class Teller {
  protected readonly tenant: string;
  protected readonly action: ActionFacts;
  protected readonly votes: ({ -readonly [K in keyof AcceptedVote]: AcceptedVote[K] } & { vote_id: string })[] = [];
  protected readonly names = new Set<EventName>();
  protected readonly scene: Scene;
  protected now: number;

  constructor(
    protected readonly log: SimulatedLog,
    protected readonly random: Random,
    key: string,
    startMs: number,
  ) {
    this.tenant = random.pick(['acme', 'acme', 'acme', 'globex']);
    this.now = startMs + random.int(0, 72 * 60) * MINUTE + random.int(0, 59_999);
    this.action = randomAction(random, { tenant: this.tenant, key }, this.now);
    const { action_id, action_type, environment } = this.action;
    const facts = {
      tenant: this.tenant,
      action_id,
      run_id: `run-${key.replace(/.$/, '')}`,
      agent_id: 'agent-a',
      action_type,
      environment,
    };
    const made = { agent_version: random.pick(['v1', 'v2']), model_id: random.pick(['model-a', 'model-b']) };
    const times = { submitted_at: this.now - 5, decided_at: this.now };
    this.scene = {
      facts: { ...facts, ...made, ...times },
      action: this.action,
      key,
      policy: random.pick([
        { name: 'refunds', version: 1 },
        { name: 'refunds', version: 2 },
        { name: 'posts', version: 1 },
      ]),
      request_id: derivedId('req', action_id),
    };
  }

  protected vote(request_kind: string, vote: string, effect: { resolving: boolean; counted: boolean }): void {
    this.wait();
    const reviewer_id = this.random.pick(['ann', 'bob', 'cat']);
    const shown_at = this.random.chance(0.8) ? this.now : null;
    this.wait();
    const vote_id = derivedId('vote', this.scene.request_id, this.votes.length);
    const { action_id } = this.action;
    const exception = request_kind === 'approval' && this.random.chance(0.2) ? 'operator' : null;
    const kept = { action_id, reviewer_id, voted_at: this.now, shown_at, request_kind, exception };
    this.votes.push({ ...kept, vote_id, counted: effect.counted });
    const cast = { exception, request_kind, vote, ...effect, vote_id, reviewer_id, shown_at, voted_at: this.now };
    this.put(TOPICS.approvals, 'VoteRecorded', voted(this.scene, cast));
  }

  protected wait(): void {
    this.now += this.random.int(1, 50 * MINUTE);
  }

  protected put<N extends EventName>(topic: string, name: N, event: EventMap[N]): void {
    this.now += 1;
    this.names.add(name);
    this.log.append(topic, name, event, this.now);
  }
}
