import { differencesOf, formBatches, instant, proposalOf } from '@countersign/approval';
import type { Batch, BatchMember, Json, OutlierReason } from '@countersign/approval';
import { addDecimal, CountersignError } from '@countersign/canonical';
import type { JsonValue } from '@countersign/canonical';
import type { Reviewer } from '@countersign/service';
import type { Requested } from '../judge/requested.js';
import type { View } from '../judge/view.js';
import { checkPacket, standingOf } from './request-view.js';
import type { Shown } from './shown.js';

type Member = BatchMember<Requested>;
type Formed = Batch<Requested>;

/** What one person may decide together. */
export class Batches {
  constructor(
    private readonly view: View,
    private readonly shown: Shown,
  ) {}

  /** All that this person may vote on, most urgent first. Nothing counts as shown by it. */
  list(reviewer: Reviewer): Json[] {
    return this.formed(reviewer).map(summaryOf);
  }

  /**
   * One batch with a row for each request: together with what is common to all, a row is all that takes effect. That it
   * was shown to this person is in the log before this is answered.
   * @param isRead false for a call whose answer nobody sees
   * @throws CountersignError `not_found`; `internal` when a packet does not fit its action
   */
  async open(reviewer: Reviewer, id: string, isRead: boolean): Promise<Json> {
    const batch = this.formed(reviewer).find((one) => one.batch === id);
    if (batch === undefined)
      throw new CountersignError('not_found', 'there is no such batch now; read the list of batches again');
    for (const { waiting } of batch.members) checkPacket(waiting);
    if (isRead) await this.noteRows(batch, reviewer);
    const { own } = differencesOf(batch.members);
    const items = batch.members.map((one, at) => ({ ...readItem(one), differs: own[at] ?? {} }));
    return { ...summaryOf(batch), outliers: batch.outliers.map((one) => ({ ...readItem(one), ...whyOf(one) })), items };
  }

  private async noteRows({ batch, members, outliers }: Formed, reviewer: Reviewer): Promise<void> {
    const row = ({ waiting }: Member, outlier: OutlierReason | null) =>
      this.shown.row(waiting, reviewer, { batch, outlier });
    await Promise.all([
      ...members.map((one) => row(one, null)),
      ...outliers.map((one) => row(one, one.outliers[0]?.reason ?? 'novelty')),
    ]);
  }

  /** Formed of all that waits, whoever looks; then without what this person cannot vote on, and no more than fits. */
  private formed(reviewer: Reviewer): Formed[] {
    const waiting = this.view.pending(reviewer.tenant, ({ request }) => request.gate.batch_fields.length > 0);
    const isTheirs = ({ waiting: one }: Member): boolean => standingOf(one, reviewer)['can_vote'] === true;
    return formBatches(waiting).flatMap(({ batch, members, outliers }) => {
      const theirs = members.filter(isTheirs);
      const most = theirs[0]?.waiting.request.gate.batch_max ?? 0;
      return theirs.length === 0
        ? []
        : [{ batch, members: theirs.slice(0, most), outliers: outliers.filter(isTheirs) }];
    });
  }
}

function summaryOf({ batch, members, outliers }: Formed): Json {
  const [first] = members;
  if (first === undefined) return {};
  const { decided, request } = first.waiting;
  return {
    ...{ batch, gate: request.gate.name, action_type: decided.action_type, environment: decided.environment },
    policy: { name: decided.policy_name, version: decided.policy_version },
    ...{ count: members.length, sum: sumOf(members), common: differencesOf(members).common },
    respond_by: instant(request.respond_by),
    outliers: outliers.map((one) => ({ ...itemOf(one), ...whyOf(one) })),
  };
}

const amountOf = ({ waiting }: Member): { value: string; currency: string } | null => {
  const { amount_value, amount_currency } = waiting.versions.at(-1)?.edit ?? proposalOf(waiting);
  return amount_value === null || amount_currency === null ? null : { value: amount_value, currency: amount_currency };
};

const whyOf = ({ outliers }: Formed['outliers'][number]) => ({ outliers: outliers.map((why) => ({ ...why })) });

/** With the digest that a vote names: of what is read now, not of what is listed. */
const readItem = (one: Member) => ({ ...itemOf(one), packet_digest: one.waiting.request.packet_digest });

const itemOf = (one: Member): { [member: string]: JsonValue } => ({
  request_id: one.waiting.request.request_id,
  action_id: one.waiting.decided.action_id,
  target: one.shown['target'] ?? null,
  amount: amountOf(one),
  respond_by: instant(one.waiting.request.respond_by),
});

/** All of a batch are in one currency. */
function sumOf(members: readonly Member[]): JsonValue {
  const amounts = members.map(amountOf).filter((amount) => amount !== null);
  const [first] = amounts;
  if (first === undefined) return null;
  return { value: amounts.map(({ value }) => value).reduce(addDecimal), currency: first.currency };
}
