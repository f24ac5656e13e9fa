import { createServer } from 'node:http';
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

export interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** `nth`: how often this very message has come, from 1. */
type Answer = (response: ServerResponse, nth: number) => void;
export const status =
  (code: number, headers: Record<string, string> = {}): Answer =>
  (response) =>
    void response.writeHead(code, headers).end();

/** A receiver of webhooks whose behaviour may change. */
export class Receiver {
  readonly got: Received[] = [];
  private server: Server | null = null;
  private port = 0;

  constructor(public answer: Answer) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}/canary-path`;
  }

  async up(): Promise<this> {
    this.server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        this.got.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
        const id = request.headers['webhook-id'];
        this.answer(response, this.got.filter(({ headers }) => headers['webhook-id'] === id).length);
      });
    });
    await new Promise<void>((resolve) => this.server?.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
    return this;
  }

  down(): void {
    this.server?.closeAllConnections();
    this.server?.close();
  }
}

/** A real mail server that keeps what it is sent. */
export async function mailbox(): Promise<{ port: number; mails: string[]; close: () => void }> {
  const mails: string[] = [];
  const server = new SMTPServer({
    ...{ authOptional: true, disabledCommands: ['STARTTLS'], logger: false },
    onData(stream, _session, done) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => done(void mails.push(Buffer.concat(chunks).toString())));
    },
  });
  const listening = server.listen(0, '127.0.0.1');
  await new Promise((resolve) => listening.once('listening', resolve));
  return { port: (listening.address() as AddressInfo).port, mails, close: () => server.close() };
}
