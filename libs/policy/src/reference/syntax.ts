/**
 * A condition as a tree. The parser reads the part of CEL that policies may use and refuses everything else, so that a
 * construct it does not know shows as a difference instead of passing unseen.
 */
export type Tree =
  | { readonly is: 'value'; readonly value: string | number | bigint | boolean }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'member'; readonly of: Tree; readonly name: string }
  | { readonly is: 'list'; readonly items: readonly Tree[] }
  | { readonly is: 'not'; readonly of: Tree }
  | { readonly is: 'choose'; readonly when: Tree; readonly then: Tree; readonly otherwise: Tree }
  | { readonly is: 'both' | 'either'; readonly left: Tree; readonly right: Tree }
  | { readonly is: 'compare'; readonly operator: string; readonly left: Tree; readonly right: Tree }
  | { readonly is: 'call'; readonly name: string; readonly of: Tree | null; readonly args: readonly Tree[] };

const TOKEN =
  /\s*(?:(?<number>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\d+)|(?<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<word>[A-Za-z_]\w*)|(?<sign>&&|\|\||<=|>=|==|!=|[-<>!?:.,()[\]]))/y;
const COMPARISONS = ['<', '<=', '>', '>=', '==', '!=', 'in'];
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

interface Token {
  readonly kind: string;
  readonly text: string;
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  const end = text.trimEnd().length;
  for (let at = 0; at < end; at = TOKEN.lastIndex) {
    TOKEN.lastIndex = at;
    const groups = TOKEN.exec(text)?.groups ?? {};
    const [kind, found] = Object.entries(groups).find(([, value]) => value !== undefined) ?? [];
    if (kind === undefined || found === undefined) throw new SyntaxError(`not read: ${text.slice(at, at + 20)}`);
    tokens.push({ kind, text: found });
  }
  return tokens;
}

function numberOf(text: string): number | bigint {
  const number = Number(text);
  return /^\d+$/.test(text) && !Number.isSafeInteger(number) ? BigInt(text) : number;
}

const textOf = (quoted: string): string =>
  quoted
    .slice(1, -1)
    .replaceAll(/\\(?:u([0-9a-fA-F]{4})|(.))/g, (_all, hex: string | undefined, one: string) =>
      hex === undefined ? (ESCAPES[one] ?? one) : String.fromCharCode(parseInt(hex, 16)),
    );

/** Recursive descent; each method reads one level of binding, the loosest first. */
class Parser {
  private at = 0;
  constructor(private readonly tokens: readonly Token[]) {}

  whole(): Tree {
    const tree = this.choice();
    if (this.at < this.tokens.length) throw new SyntaxError(`not read: ${this.tokens[this.at]?.text ?? ''}`);
    return tree;
  }

  private choice(): Tree {
    const when = this.either();
    if (!this.take('?')) return when;
    const then = this.either();
    this.must(':');
    return { is: 'choose', when, then, otherwise: this.choice() };
  }

  private either(): Tree {
    let left = this.both();
    while (this.take('||')) left = { is: 'either', left, right: this.both() };
    return left;
  }

  private both(): Tree {
    let left = this.comparison();
    while (this.take('&&')) left = { is: 'both', left, right: this.comparison() };
    return left;
  }

  private comparison(): Tree {
    let left = this.negation();
    for (let operator = this.operator(); operator !== null; operator = this.operator())
      left = { is: 'compare', operator, left, right: this.negation() };
    return left;
  }

  private operator(): string | null {
    return COMPARISONS.find((one) => this.take(one)) ?? null;
  }

  private negation(): Tree {
    if (this.take('!')) return { is: 'not', of: this.negation() };
    if (!this.take('-')) return this.member();
    const { kind, text } = this.next();
    if (kind !== 'number') throw new SyntaxError('not read: a minus before something else than a number');
    return { is: 'value', value: -numberOf(text) };
  }

  private member(): Tree {
    let tree = this.primary();
    while (this.take('.')) {
      const name = this.next().text;
      tree = this.take('(') ? { is: 'call', name, of: tree, args: this.list(')') } : { is: 'member', of: tree, name };
    }
    return tree;
  }

  private primary(): Tree {
    const { kind, text } = this.next();
    if (kind === 'number') return { is: 'value', value: numberOf(text) };
    if (kind === 'text') return { is: 'value', value: textOf(text) };
    if (text === 'true' || text === 'false') return { is: 'value', value: text === 'true' };
    if (text === '[') return { is: 'list', items: this.list(']') };
    if (text === '(') {
      const inner = this.choice();
      this.must(')');
      return inner;
    }
    if (kind !== 'word') throw new SyntaxError(`not read: ${text}`);
    return this.take('(') ? { is: 'call', name: text, of: null, args: this.list(')') } : { is: 'name', name: text };
  }

  private list(end: string): Tree[] {
    const items: Tree[] = [];
    while (!this.take(end)) {
      if (items.length > 0) this.must(',');
      items.push(this.choice());
    }
    return items;
  }

  private next(): Token {
    const token = this.tokens[this.at];
    if (token === undefined) throw new SyntaxError('not read: the end');
    this.at += 1;
    return token;
  }

  private take(text: string): boolean {
    const token = this.tokens[this.at];
    const found = token !== undefined && token.kind !== 'text' && token.text === text;
    if (found) this.at += 1;
    return found;
  }

  private must(text: string): void {
    if (!this.take(text)) throw new SyntaxError(`not read: expected ${text}`);
  }
}

/** @throws SyntaxError for what is no condition, or uses more of CEL than policies may */
export const parseCondition = (text: string): Tree => new Parser(tokensOf(text)).whole();
