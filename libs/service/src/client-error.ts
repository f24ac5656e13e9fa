import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { CountersignError, problemOf } from '@countersign/canonical';

const DETAILS: Readonly<Record<string, readonly ['headers_too_large' | 'request_timeout', string]>> = {
  HPE_HEADER_OVERFLOW: ['headers_too_large', 'the address and the headers have at most 16 KiB together'],
  ERR_HTTP_REQUEST_TIMEOUT: ['request_timeout', 'send the head within 10 seconds and the whole request within 30'],
};

/** Answers what is not HTTP, or does not end, with a problem, and hangs up. */
export function answerClientError(fault: { readonly code?: string }, socket: Socket): void {
  if (fault.code === 'ECONNRESET' || !socket.writable || socket.destroyed) return void socket.destroy();
  const [code, detail] = DETAILS[fault.code ?? ''] ?? (['malformed', 'this is not HTTP/1.1'] as const);
  const problem = problemOf(new CountersignError(code, detail));
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status] ?? ''}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
