import type { Decoded, GrantIssued, LabelRecorded, RequestResolved, SampleLabelled } from '@countersign/events';
import { Evidence, LabelJoin } from '@countersign/policy';
import type { EvidenceFact, Tuple } from '@countersign/policy';

type Head = Tuple & { readonly action_id: string };

const approvedAsProposed = ({ request_kind, status, resolved_by, changed }: RequestResolved): boolean =>
  request_kind === 'approval' && status === 'approved' && resolved_by === 'people' && !changed;

/** What the public topics say about who has earned autonomy. */
export class EvidenceFacts {
  readonly evidence = new Evidence();
  private readonly labels = new LabelJoin(this.evidence);
  /** One object for each tuple, however many actions there are. */
  private readonly tuples = new Map<string, Tuple>();

  /** Takes a public event; most say nothing of it. `timeMs` is its LogAppendTime. */
  take({ name, event }: Pick<Decoded, 'name' | 'event'>, timeMs: number): void {
    if (name === 'RequestResolved') this.resolved(event as RequestResolved, timeMs);
    if (name === 'GrantIssued') this.labels.run(this.factOf(event as GrantIssued, timeMs));
    if (name === 'SampleLabelled' || name === 'LabelRecorded')
      this.labelled(event as SampleLabelled | LabelRecorded, timeMs);
  }

  /** Drops what only a late label could need. */
  forget(nowMs: number): void {
    this.labels.forget(nowMs);
  }

  private factOf(
    { tenant, action_id, agent_id, agent_version, model_id, action_type }: Head,
    timeMs: number,
  ): EvidenceFact {
    const key = JSON.stringify([tenant, agent_id, agent_version, model_id, action_type]);
    const tuple = this.tuples.get(key) ?? { tenant, agent_id, agent_version, model_id, action_type };
    this.tuples.set(key, tuple);
    return { tuple, action_id, timeMs };
  }

  private resolved(event: RequestResolved, timeMs: number): void {
    if (approvedAsProposed(event)) this.evidence.good(this.factOf(event, timeMs));
  }

  private labelled({ tenant, action_id, label }: SampleLabelled | LabelRecorded, timeMs: number): void {
    if (label === 'harmful') this.evidence.harm(tenant, action_id, timeMs);
    if (label === 'harmless') this.labels.label(tenant, action_id, timeMs);
  }
}
