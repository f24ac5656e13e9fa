import { failed } from './attempt.js';
import type { Attempt } from './attempt.js';
import type { Delivery } from './deliveries.js';
import { mailOf } from './email.js';
import type { Endpoint, Settings } from './endpoint.js';
import { sendMail } from './mail.js';
import type { Message } from './message.js';
import { post } from './post.js';
import type { PostOptions } from './post.js';
import { agentKey, secretKey, signatureHeaders } from './signature.js';
import { slackBody } from './slack.js';
import { summaryOf } from './summary.js';

export interface SendOptions extends Pick<PostOptions, 'signal' | 'onConnect' | 'resolve' | 'totalMs'> {
  readonly settings: Settings;
  readonly nowMs: number;
}

/** One attempt to bring a message to an endpoint. Resolves always; what went wrong is in the answer. */
export async function send(delivery: Delivery, endpoint: Endpoint, options: SendOptions): Promise<Attempt> {
  const { settings, signal, nowMs } = options;
  if (endpoint.kind === 'email') {
    if (settings.smtp === undefined) return failed('no_mail_server');
    const mail = mailOf(summaryOf(JSON.parse(delivery.message) as Message));
    return sendMail({ ...mail, to: endpoint.to, id: delivery.message_id }, settings.smtp, signal);
  }
  const guard = {
    dangerouslyAllowLoopback: settings.dangerously_allow_loopback ?? false,
    allowedPorts: settings.allowed_ports ?? null,
  };
  return post(
    { url: endpoint.url, ...contentOf(delivery, endpoint, Math.floor(nowMs / 1_000)) },
    { ...options, ...guard },
  );
}

function contentOf(
  { message, message_id: id }: Delivery,
  endpoint: Exclude<Endpoint, { kind: 'email' }>,
  timestampS: number,
): { body: string; headers: Record<string, string> } {
  if (endpoint.kind === 'slack') return { body: slackBody(summaryOf(JSON.parse(message) as Message)), headers: {} };
  const keyOf = endpoint.kind === 'callback' ? agentKey : secretKey;
  return { body: message, headers: signatureHeaders({ id, timestampS, body: message }, endpoint.secrets, keyOf) };
}
