import { randomUUID } from 'node:crypto';
import type { JsonValue } from '@countersign/canonical';
import type { Client } from './client.js';
import type { ActionDocument, OutcomeReport } from './types.js';

/**
 * Says what became of the effect. The latest report counts, all are kept.
 * @param idempotencyKey repeated reports with it count once; default a new one, shared by the retries of this call
 */
export async function reportOutcome(
  client: Client,
  actionId: string,
  report: OutcomeReport,
  idempotencyKey: string = randomUUID(),
): Promise<ActionDocument> {
  const path = `/v1/actions/${encodeURIComponent(actionId)}/outcome`;
  const headers = { 'idempotency-key': idempotencyKey };
  const answer = await client.intake.send({ method: 'POST', path, headers, body: report as unknown as JsonValue });
  return answer.body as unknown as ActionDocument;
}

/** Withdraws a proposal that is not decided yet. @throws SdkError `already_terminal` */
export async function cancel(client: Client, actionId: string): Promise<ActionDocument> {
  const path = `/v1/actions/${encodeURIComponent(actionId)}/cancel`;
  const answer = await client.intake.send({
    method: 'POST',
    path,
    headers: { 'idempotency-key': randomUUID() },
    body: {},
  });
  return answer.body as unknown as ActionDocument;
}
