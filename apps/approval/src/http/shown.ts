import { randomUUID } from 'node:crypto';
import { personKey } from '@countersign/approval';
import type { SeenRow } from '@countersign/approval';
import type { Logger, Reviewer } from '@countersign/service';
import type { Judge } from '../judge/judge.js';
import type { Requested } from '../judge/requested.js';

/** How long a reader waits for the note that something was shown; reading goes on where the log does not answer. */
const NOTED_WITHIN_MS = 250;

/** Notes in the log what was shown to whom. */
export class Shown {
  constructor(
    private readonly judge: Judge,
    private readonly log: Logger,
  ) {}

  /** This person opened the packet, the first time. A failure costs only the note. */
  async opened(requested: Requested, reviewer: Reviewer): Promise<void> {
    const person = personKey(reviewer.issuer, reviewer.subject);
    const { status, shown, rows } = requested.request;
    if (status !== 'pending' || (shown?.has(person) === true && rows?.has(person) !== true)) return;
    const noted = this.note(requested, reviewer, null).catch((fault: unknown) =>
      this.log.warn('packet view not noted', { fault }),
    );
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise((resolve) => (timer = setTimeout(resolve, NOTED_WITHIN_MS).unref()));
    await Promise.race([noted, late]).finally(() => clearTimeout(timer));
  }

  /** This person is about to see it as a row. @throws CountersignError where that cannot be noted */
  async row(requested: Requested, reviewer: Reviewer, row: SeenRow): Promise<void> {
    const person = personKey(reviewer.issuer, reviewer.subject);
    const { shown, rows } = requested.request;
    const known = rows?.get(person);
    const hasOpened = shown?.has(person) === true && known === undefined;
    if (hasOpened || (known?.batch === row.batch && known.outlier === row.outlier)) return;
    await this.note(requested, reviewer, row);
  }

  private note({ decided, request }: Requested, { issuer, subject, roles }: Reviewer, row: SeenRow | null) {
    const { tenant, action_id, run_id } = decided;
    const { request_id, packet_digest } = request;
    const at = { tenant, action_id, run_id, client_request_id: randomUUID(), request_id };
    const who = { issuer, subject, roles, packet_digest };
    return this.judge.ask('PacketShown', { ...at, ...who, batch: row?.batch ?? null, outlier: row?.outlier ?? null });
  }
}
