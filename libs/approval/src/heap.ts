/** A binary heap; `peek` and `pop` give the item that comes first by `before`. */
export class Heap<T> {
  private readonly items: T[] = [];

  constructor(private readonly before: (a: T, b: T) => boolean) {}

  get size(): number {
    return this.items.length;
  }

  peek(): T | undefined {
    return this.items[0];
  }

  push(item: T): void {
    this.items.push(item);
    let at = this.items.length - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.swapWhenBefore(at, parent)) return;
      at = parent;
    }
  }

  pop(): T | undefined {
    const first = this.items[0];
    const last = this.items.pop();
    if (this.items.length > 0 && last !== undefined) {
      this.items[0] = last;
      this.sink();
    }
    return first;
  }

  private sink(): void {
    let at = 0;
    for (;;) {
      const child = this.earlierChild(at);
      if (child === null || !this.swapWhenBefore(child, at)) return;
      at = child;
    }
  }

  private earlierChild(parent: number): number | null {
    const left = 2 * parent + 1;
    if (left >= this.items.length) return null;
    const right = left + 1;
    return right < this.items.length && this.before(this.item(right), this.item(left)) ? right : left;
  }

  private swapWhenBefore(child: number, parent: number): boolean {
    const [low, high] = [this.item(child), this.item(parent)];
    if (!this.before(low, high)) return false;
    this.items[child] = high;
    this.items[parent] = low;
    return true;
  }

  private item(at: number): T {
    return this.items[at] as T;
  }
}
