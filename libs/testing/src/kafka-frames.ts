/** Cuts a byte stream into Kafka's frames: a 4-byte length, then that many bytes. */
export class FrameCutter {
  private rest: Buffer = Buffer.alloc(0);

  /** @returns the frames that are complete now, length field included */
  push(chunk: Buffer): Buffer[] {
    this.rest = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const frames: Buffer[] = [];
    while (this.rest.length >= 4) {
      const size = 4 + this.rest.readInt32BE(0);
      if (this.rest.length < size) break;
      frames.push(this.rest.subarray(0, size));
      this.rest = this.rest.subarray(size);
    }
    return frames;
  }
}

/** Protocol numbers of the requests that fault tests speak of. */
export const KAFKA_APIS = {
  Produce: 0,
  Fetch: 1,
  Metadata: 3,
  OffsetCommit: 8,
  FindCoordinator: 10,
  JoinGroup: 11,
  Heartbeat: 12,
  InitProducerId: 22,
  AddPartitionsToTxn: 24,
  AddOffsetsToTxn: 25,
  EndTxn: 26,
  TxnOffsetCommit: 28,
} as const;

export type KafkaApi = keyof typeof KAFKA_APIS;

const names = new Map<number, KafkaApi>(Object.entries(KAFKA_APIS).map(([name, key]) => [key, name as KafkaApi]));

/** What a request frame asks for, null for an API that no test speaks of. */
export const apiOf = (request: Buffer): KafkaApi | null => names.get(request.readInt16BE(4)) ?? null;

export const requestCorrelation = (request: Buffer): number => request.readInt32BE(8);

export const responseCorrelation = (response: Buffer): number => response.readInt32BE(4);

/**
 * Answers of Metadata and FindCoordinator name the broker's own port; clients would go there, past the proxy.
 * Writes the proxy's port in its place, wherever `host` and `fromPort` stand next to each other.
 */
export function redirect(response: Buffer, host: string, fromPort: number, toPort: number): void {
  const needle = Buffer.alloc(2 + host.length + 4);
  needle.writeInt16BE(host.length, 0);
  needle.write(host, 2);
  needle.writeInt32BE(fromPort, 2 + host.length);
  for (let at = response.indexOf(needle); at >= 0; at = response.indexOf(needle, at + 1))
    response.writeInt32BE(toPort, at + 2 + host.length);
}
