/** One server-sent event. */
export interface Received {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

/** A stream of server-sent events as a client reads it. */
export class EventReader {
  readonly events: Received[] = [];
  /** True once the service ended it. */
  ended = false;
  private readonly hangUp = new AbortController();
  status = 0;

  static async open(url: string, headers: Record<string, string>): Promise<EventReader> {
    const reader = new EventReader();
    const response = await fetch(url, { headers, signal: reader.hangUp.signal });
    reader.status = response.status;
    void reader
      .read(response)
      .catch(() => undefined)
      .finally(() => (reader.ended = true));
    return reader;
  }

  close(): void {
    this.hangUp.abort();
  }

  private async read(response: Response): Promise<void> {
    let text = '';
    for await (const chunk of response.body ?? []) {
      text += new TextDecoder().decode(chunk as Uint8Array, { stream: true });
      const pieces = text.split('\n\n');
      text = pieces.pop() ?? '';
      for (const piece of pieces) this.take(piece);
    }
  }

  private take(piece: string): void {
    const fields = new Map(piece.split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2) as [string, string]));
    const data = fields.get('data');
    if (data === undefined) return;
    const parsed = JSON.parse(data) as Record<string, unknown>;
    this.events.push({ id: fields.get('id') ?? '', event: fields.get('event') ?? '', data: parsed });
  }
}
