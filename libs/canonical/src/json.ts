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

/** RFC 6901: `~` and `/` inside a key are escaped. */
export const pointerTo = (parent: string, key: string | number): string =>
  `${parent}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// A piece of a string: characters but the quote, the backslash and control characters (RFC 8259, section 7), or an escape.
// Bounded, because the engine keeps a place to go back to for each character, and its stack is short.
const STRING_PIECE = /[^"\\\u0000-\u001f]{1,4096}|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const LITERAL = /true|false|null/y;

/**
 * Parses JSON (RFC 8259) and refuses what two parsers could read differently (RFC 7493, I-JSON): duplicate keys,
 * integers beyond ±(2^53 - 1), numbers that overflow, lone surrogates, `__proto__`, and nesting beyond the limit.
 * @returns plain objects without a prototype
 * @throws JsonError with the pointer of the first fault
 */
export function parseJson(text: string, limits: JsonLimits = {}): JsonValue {
  return new Parser(text, limits.maxDepth ?? 32).document();
}

class Parser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly maxDepth: number,
  ) {}

  document(): JsonValue {
    const value = this.value('', 0);
    this.skip();
    if (this.at < this.text.length) throw this.malformed('');
    return value;
  }

  private value(pointer: string, depth: number): JsonValue {
    this.skip();
    const next = this.text[this.at];
    if (next === '{' || next === '[') {
      if (depth >= this.maxDepth) throw new JsonError('too_deep', pointer, `nested deeper than ${this.maxDepth}`);
      return next === '{' ? this.object(pointer, depth + 1) : this.array(pointer, depth + 1);
    }
    if (next === '"') return this.string(pointer);
    const literal = this.match(LITERAL);
    return literal === undefined ? this.number(pointer) : literal === 'null' ? null : literal === 'true';
  }

  private object(pointer: string, depth: number): JsonValue {
    const result: { [key: string]: JsonValue } = Object.create(null) as { [key: string]: JsonValue };
    this.at += 1;
    if (this.take('}')) return result;
    do {
      this.skip();
      const key = this.string(pointer);
      this.checkKey(result, key, pointerTo(pointer, key));
      this.expect(':', pointer);
      result[key] = this.value(pointerTo(pointer, key), depth);
    } while (this.take(','));
    this.expect('}', pointer);
    return result;
  }

  private array(pointer: string, depth: number): JsonValue {
    const result: JsonValue[] = [];
    this.at += 1;
    if (this.take(']')) return result;
    do result.push(this.value(pointerTo(pointer, result.length), depth));
    while (this.take(','));
    this.expect(']', pointer);
    return result;
  }

  private checkKey(seen: object, key: string, pointer: string): void {
    if (key === '__proto__') throw new JsonError('forbidden_key', pointer, 'the key __proto__ is not allowed');
    if (Object.hasOwn(seen, key)) throw new JsonError('duplicate_key', pointer, 'the key appears twice');
  }

  private string(pointer: string): string {
    const start = this.at;
    this.expectNow('"', pointer);
    while (this.match(STRING_PIECE) !== undefined);
    this.expectNow('"', pointer);
    const raw = this.text.slice(start, this.at);
    const value = raw.includes('\\') ? (JSON.parse(raw) as string) : raw.slice(1, -1);
    if (!value.isWellFormed()) throw new JsonError('lone_surrogate', pointer, 'the text holds a lone surrogate');
    return value;
  }

  private number(pointer: string): number {
    const raw = this.match(NUMBER);
    if (raw === undefined) throw this.malformed(pointer);
    const value = Number(raw);
    const unsafe = Number.isInteger(value) && !Number.isSafeInteger(value);
    if (unsafe || !Number.isFinite(value)) {
      throw new JsonError('unsafe_number', pointer, 'the number cannot be read exactly; send it as a string');
    }
    return value;
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  private expectNow(character: string, pointer: string): void {
    if (this.text[this.at] !== character) throw this.malformed(pointer);
    this.at += 1;
  }

  private take(character: string): boolean {
    this.skip();
    if (this.text[this.at] !== character) return false;
    this.at += 1;
    return true;
  }

  private expect(character: string, pointer: string): void {
    if (!this.take(character)) throw this.malformed(pointer);
  }

  private skip(): void {
    this.match(WHITESPACE);
  }

  private malformed(pointer: string): JsonError {
    return new JsonError('malformed', pointer, `not JSON at character ${this.at}`);
  }
}
