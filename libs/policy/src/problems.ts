import type { Document, LineCounter } from 'yaml';
import { isMap, isNode, isPair, isScalar } from 'yaml';

/** Why a policy file was refused: where, and what was expected there. */
export interface PolicyProblem {
  readonly file: string;
  /** 1 or more. */
  readonly line: number;
  /** 1 or more. */
  readonly column: number;
  /** RFC 6901 pointer into the file. */
  readonly pointer: string;
  readonly message: string;
}

/** A file with more problems than this is not a policy; the rest would only cost time. */
const MAX_PROBLEMS = 100;

export type Path = readonly (string | number)[];

const escape = (token: string | number): string => String(token).replaceAll('~', '~0').replaceAll('/', '~1');

/** Turns a path in the document into a place in the file. */
export class ProblemList {
  readonly items: PolicyProblem[] = [];

  constructor(
    private readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  /** Adds a problem at the deepest node of the path that exists. `offset` counts characters into a one-line text. */
  add(path: Path, message: string, offset = 0): void {
    if (this.items.length >= MAX_PROBLEMS) return;
    const start = this.offsetOf(path) + (this.isOneLine(path) ? offset : 0);
    this.addAt(start, message, path);
  }

  addAt(start: number, message: string, path: Path = []): void {
    if (this.items.length >= MAX_PROBLEMS) return;
    const { line, col } = this.lines.linePos(start);
    const pointer = path.map((token) => `/${escape(token)}`).join('');
    const problem = { file: this.file, line: Math.max(line, 1), column: Math.max(col, 1), pointer, message };
    const known = this.items.some(
      (one) => one.line === problem.line && one.column === problem.column && one.message === message,
    );
    if (!known) this.items.push(problem);
  }

  /** Where the path, or the deepest part of it that exists, stands in the file. */
  placeOf(path: Path): { line: number; column: number } {
    const { line, col } = this.lines.linePos(this.offsetOf(path));
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  private offsetOf(path: Path): number {
    for (let length = path.length; length > 0; length -= 1) {
      const start = this.startOf(path.slice(0, length), length === path.length);
      if (start !== null) return start;
    }
    return 0;
  }

  /** A key's own place when the whole path is asked for and its value has none. */
  private startOf(path: Path, whole: boolean): number | null {
    const node: unknown = this.document.getIn(path, true);
    if (isNode(node) && node.range) return node.range[0];
    const parent: unknown = path.length === 1 ? this.document.contents : this.document.getIn(path.slice(0, -1), true);
    if (!whole || !isMap(parent)) return null;
    const pair = parent.items.find((item) => isPair(item) && isScalar(item.key) && item.key.value === path.at(-1));
    return isScalar(pair?.key) && pair.key.range ? pair.key.range[0] : null;
  }

  private isOneLine(path: Path): boolean {
    const node: unknown = this.document.getIn(path, true);
    return isScalar(node) && node.type === 'PLAIN' && typeof node.value === 'string' && node.source === node.value;
  }
}
