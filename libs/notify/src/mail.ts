import { createTransport } from 'nodemailer';
import { classOf, delivered, failed } from './attempt.js';
import type { Attempt } from './attempt.js';
import { isLoopback } from './address.js';
import type { Mail } from './email.js';
import type { SmtpSettings } from './endpoint.js';

const CONNECT_MS = 5_000;
const TOTAL_MS = 20_000;

export interface Letter extends Mail {
  readonly to: string;
  /** What receivers drop repeats by; becomes the Message-ID. */
  readonly id: string;
}

/** Sends one mail over SMTP with TLS. */
export async function sendMail(letter: Letter, smtp: SmtpSettings, signal: AbortSignal): Promise<Attempt> {
  const { host, port, secure, user, pass, from } = smtp;
  const isPlain = smtp.dangerously_allow_plaintext_on_loopback === true && isLoopback(host);
  const transport = createTransport({
    ...{ host, port, secure, requireTLS: !secure && !isPlain, ignoreTLS: isPlain },
    ...(user === undefined ? {} : { auth: { user, pass: pass ?? '' } }),
    ...{ connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: TOTAL_MS },
    ...{ disableFileAccess: true, disableUrlAccess: true },
  });
  const cut = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)]);
  const end = new Promise<never>((_resolve, reject) =>
    cut.addEventListener('abort', () => reject(cut.reason as Error), { once: true }),
  );
  try {
    const messageId = `<${letter.id}@${from.slice(from.lastIndexOf('@') + 1)}>`;
    const { to, subject, text } = letter;
    const headers = { 'Auto-Submitted': 'auto-generated' };
    const sent = transport.sendMail({ from, to, subject, text, messageId, headers });
    const { response } = await Promise.race([sent, end]);
    return delivered(Number.parseInt(response, 10) || 250);
  } catch (fault) {
    return failed(mailClass(fault), (fault as { responseCode?: number }).responseCode ?? null);
  } finally {
    transport.close();
  }
}

const mailClass = (fault: unknown) =>
  (fault as { code?: string }).code === 'EDNS' ? 'dns' : classOf(fault, isAnswer(fault) ? 'smtp' : 'connect');
const isAnswer = (fault: unknown): boolean => (fault as { responseCode?: number }).responseCode !== undefined;
