import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { apiOf, FrameCutter, redirect, requestCorrelation, responseCorrelation } from './kafka-frames.js';
import type { KafkaApi } from './kafka-frames.js';

/** Loses answers that the broker has given: it has done its part, and the client does not know. */
export interface ProxyRule {
  readonly api: KafkaApi;
  /** Every Nth answer of this API, counted over all connections, 1 or more. */
  readonly every: number;
  /** `cut` closes the connection instead of answering; `drop` swallows the answer and leaves the connection open. */
  readonly how: 'cut' | 'drop';
}

/** A TCP proxy between Kafka clients and one broker that understands just enough to lose chosen answers. */
export class KafkaProxy {
  private rules: readonly ProxyRule[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly seen = new Map<KafkaApi, number>();
  /** Answers lost so far, by API. */
  readonly lost = new Map<KafkaApi, number>();
  private readonly open = new Map<KafkaApi, number>();
  private readonly mostOpen = new Map<KafkaApi, number>();
  private frozen = false;
  private host = '127.0.0.1';
  private brokerPort = 0;

  constructor(broker: string) {
    const [host, port] = broker.split(':');
    this.host = host ?? this.host;
    this.brokerPort = Number(port);
    this.server = createServer((client) => this.accept(client));
  }

  /** @returns the address for clients, `host:port` */
  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(port, this.host, resolve);
    });
    return `${this.host}:${this.port}`;
  }

  /** Replaces all rules; none = a plain proxy. */
  lose(...rules: readonly ProxyRule[]): void {
    this.rules = rules;
  }

  /** Answers lost so far. */
  get losses(): number {
    return [...this.lost.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Requests of this API that were answered, lost answers included. */
  answered(api: KafkaApi): number {
    return this.seen.get(api) ?? 0;
  }

  /** Most requests of this API that were under way at one time, over all connections. */
  mostInFlight(api: KafkaApi): number {
    return this.mostOpen.get(api) ?? 0;
  }

  /** Holds everything back, in both directions, until `thaw`: how a stopped process or a dead link looks to the broker. */
  freeze(): void {
    this.frozen = true;
    for (const socket of this.sockets) socket.pause();
  }

  thaw(): void {
    this.frozen = false;
    for (const socket of this.sockets) socket.resume();
  }

  /** Closes every connection now, as a network fault does. */
  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cutAll();
    await closed;
  }

  private get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  private accept(client: Socket): void {
    const broker = connect(this.brokerPort, this.host);
    const asked = new Map<number, KafkaApi>();
    this.join(client, broker);
    client.on('close', () => asked.forEach((api) => this.count(api, -1)));
    const requests = new FrameCutter();
    client.on('data', (chunk) => {
      for (const frame of requests.push(chunk)) this.note(asked, frame);
      broker.write(chunk);
    });
    const responses = new FrameCutter();
    broker.on('data', (chunk) => {
      for (const frame of responses.push(chunk)) if (!this.pass(frame, asked, client)) return;
    });
  }

  /** The end of one side is the end of the other. */
  private join(client: Socket, broker: Socket): void {
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      socket.setNoDelay(true);
      if (this.frozen) socket.pause();
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }

  /** @returns false when the connection is gone */
  private pass(frame: Buffer, asked: Map<number, KafkaApi>, client: Socket): boolean {
    const api = asked.get(responseCorrelation(frame));
    asked.delete(responseCorrelation(frame));
    if (api) this.count(api, -1);
    if (api === 'Metadata' || api === 'FindCoordinator') redirect(frame, this.host, this.brokerPort, this.port);
    const how = api ? this.judge(api) : null;
    if (how === 'cut') client.destroy();
    if (how === null) client.write(frame);
    return how !== 'cut';
  }

  private judge(api: KafkaApi): ProxyRule['how'] | null {
    const seen = (this.seen.get(api) ?? 0) + 1;
    this.seen.set(api, seen);
    const rule = this.rules.find((candidate) => candidate.api === api && seen % candidate.every === 0);
    if (rule) this.lost.set(api, (this.lost.get(api) ?? 0) + 1);
    return rule?.how ?? null;
  }

  private note(asked: Map<number, KafkaApi>, request: Buffer): void {
    const api = apiOf(request);
    if (!api) return;
    asked.set(requestCorrelation(request), api);
    this.count(api, 1);
  }

  private count(api: KafkaApi, change: 1 | -1): void {
    const open = (this.open.get(api) ?? 0) + change;
    this.open.set(api, open);
    this.mostOpen.set(api, Math.max(open, this.mostOpen.get(api) ?? 0));
  }
}
