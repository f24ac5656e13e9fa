export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type JsonErrorCode =
  'malformed' | 'duplicate_key' | 'unsafe_number' | 'lone_surrogate' | 'forbidden_key' | 'too_deep';

/** What a strict parse found wrong. `pointer` is RFC 6901, the empty string for the whole document. */
export class JsonError extends Error {
  constructor(
    readonly code: JsonErrorCode,
    readonly pointer: string,
    message: string,
  ) {
    super(message);
    this.name = 'JsonError';
  }
}

export interface JsonLimits {
  /** Deepest nesting of arrays and objects, 1 or more. Default 32. */
  readonly maxDepth?: number;
}

/** Of items of outermost lists: each is an object of its own, so its size can be told from it. */
const sent = new WeakMap<object, number>();

/** Bytes of UTF-8 that an object or list took as an item of the outermost list of a parsed text; else undefined. */
export const sentBytes = (item: JsonValue): number | undefined =>
  typeof item === 'object' && item !== null ? sent.get(item) : undefined;

/** RFC 6901: `~` and `/` inside a key are escaped. */
export const pointerTo = (parent: string, key: string | number): string =>
  `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

/**
 * An object that inherits nothing. The engine keeps one that is made so in a form that is read several times as fast as
 * one without a prototype.
 */
const Members = function () {} as unknown as new () => object;
Members.prototype = Object.create(null) as object;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;
// A piece of a string: characters but the quote, the backslash and control characters (RFC 8259, section 7), or an escape.
// Bounded, because the engine keeps a place to go back to for each character, and its stack is short.
const STRING_PIECE = /[^"\\\u0000-\u001f]{1,4096}|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERALS: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };
const LITERAL = /true|false|null/y;

/**
 * Parses JSON (RFC 8259) and refuses what two parsers could read differently (RFC 7493, I-JSON): duplicate keys,
 * integers beyond ±(2^53 - 1), numbers that overflow, lone surrogates, `__proto__`, and nesting beyond the limit.
 * Time is linear in the text.
 * @returns objects that inherit nothing
 * @throws JsonError with the pointer of the first fault
 */
export function parseJson(text: string, limits: JsonLimits = {}): JsonValue {
  return new Parser(text, limits.maxDepth ?? 32).document();
}

/** Characters after which a long outermost list rests. */
const TURN_CHARACTERS = 64 * 1024;

/**
 * As `parseJson`, and lets others have their turn between the items of a long outermost list.
 * @param rest resolves when the rest of the list may be read
 */
export function parseJsonInTurns(text: string, rest: () => Promise<void>): Promise<JsonValue> {
  return new Parser(text, 32).documentInTurns(rest);
}

class Parser {
  private at = 0;
  /** Keys and indexes on the way to the value that is read, as many as `depth`; a pointer is made of them for a fault only. */
  private readonly path: (string | number)[] = [];
  private depth = 0;

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  document(): JsonValue {
    return this.ended(this.value());
  }

  async documentInTurns(rest: () => Promise<void>): Promise<JsonValue> {
    this.skip();
    if (this.text[this.at] !== '[') return this.document();
    const items: JsonValue[] = [];
    this.at += 1;
    if (this.take(']')) return this.ended(items);
    let rested = 0;
    do {
      if (this.at - rested >= TURN_CHARACTERS) {
        await rest();
        rested = this.at;
      }
      items.push(this.item(0, items.length));
    } while (this.take(','));
    this.expect(']');
    return this.ended(items);
  }

  private ended(value: JsonValue): JsonValue {
    this.skip();
    if (this.at < this.text.length) throw this.malformed();
    return value;
  }

  private value(): JsonValue {
    this.skip();
    const next = this.text[this.at];
    if (next === '{' || next === '[') {
      const { depth } = this;
      if (depth >= this.maxDepth) throw this.fault('too_deep', `nested deeper than ${this.maxDepth}`);
      return next === '{' ? this.object(depth) : this.array(depth);
    }
    if (next === '"') return this.string();
    const literal = next === 't' || next === 'f' || next === 'n' ? this.match(LITERAL) : undefined;
    return literal === undefined ? this.number() : (LITERALS[literal] ?? null);
  }

  private object(depth: number): JsonValue {
    const result = new Members() as { [key: string]: JsonValue };
    this.at += 1;
    if (this.take('}')) return result;
    do {
      this.skip();
      const key = this.string();
      this.path[depth] = key;
      this.depth = depth + 1;
      if (key === '__proto__') throw this.fault('forbidden_key', 'the key __proto__ is not allowed');
      if (Object.hasOwn(result, key)) throw this.fault('duplicate_key', 'the key appears twice');
      this.depth = depth;
      this.expect(':');
      this.depth = depth + 1;
      result[key] = this.value();
      this.depth = depth;
    } while (this.take(','));
    this.expect('}');
    return result;
  }

  private array(depth: number): JsonValue {
    const result: JsonValue[] = [];
    this.at += 1;
    if (this.take(']')) return result;
    do result.push(this.item(depth, result.length));
    while (this.take(','));
    this.expect(']');
    return result;
  }

  private item(depth: number, index: number): JsonValue {
    this.path[depth] = index;
    this.depth = depth + 1;
    const start = this.at;
    const item = this.value();
    if (depth === 0 && typeof item === 'object' && item !== null)
      sent.set(item, Buffer.byteLength(this.text.slice(start, this.at)));
    this.depth = depth;
    return item;
  }

  private string(): string {
    const start = this.at;
    this.expectNow('"');
    while (this.match(STRING_PIECE) !== undefined);
    this.expectNow('"');
    const raw = this.text.slice(start, this.at);
    const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    if (!value.isWellFormed()) throw this.fault('lone_surrogate', 'the text holds a lone surrogate');
    return value;
  }

  private number(): number {
    const raw = this.match(NUMBER);
    if (raw === undefined) throw this.malformed();
    const value = Number(raw);
    const unsafe = Number.isInteger(value) && !Number.isSafeInteger(value);
    if (unsafe || !Number.isFinite(value)) {
      throw this.fault('unsafe_number', 'the number cannot be read exactly; send it as a string');
    }
    return value;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private expectNow(character: string): void {
    if (this.text[this.at] !== character) throw this.malformed();
    this.at += 1;
  }

  private take(character: string): boolean {
    this.skip();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string): void {
    if (!this.take(character)) throw this.malformed();
  }

  // RFC 8259, section 2: space, tab, line feed, carriage return.
  private skip(): void {
    for (;;) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.at += 1;
    }
  }

  private malformed(): JsonError {
    return this.fault('malformed', `not JSON at character ${this.at}`);
  }

  private fault(code: JsonErrorCode, message: string): JsonError {
    return new JsonError(code, this.path.slice(0, this.depth).reduce<string>(pointerTo, ''), message);
  }
}
