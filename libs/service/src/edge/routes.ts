import { CountersignError } from '@countersign/canonical';
import type { RouteOptions } from 'fastify';
import type { RouteFacts } from './access.js';
import type { Authenticators } from './principal.js';

interface Pattern {
  readonly parts: readonly string[];
  readonly methods: Set<string>;
}

/** Every route of a service: that each says who may call it, and which methods an address takes. */
export class Routes {
  private readonly patterns = new Map<string, Pattern>();

  constructor(private readonly authenticators: Authenticators) {}

  /** @throws Error naming a route that does not say who may call it, or names callers whom the service cannot know */
  add({ method, url, config }: RouteOptions): void {
    const { access = [] } = (config ?? {}) as RouteFacts;
    if (access.length === 0) throw new Error(`${String(method)} ${url} does not say who may call it: add @Access(…)`);
    for (const admitted of access)
      if (!this.knows(typeof admitted === 'object' ? 'person' : admitted))
        throw new Error(`${String(method)} ${url} is for callers whom this service cannot authenticate`);
    if (access.includes('service')) return;
    const pattern = this.patterns.get(url) ?? { parts: url.split('/'), methods: new Set() };
    for (const one of [method].flat()) pattern.methods.add(one);
    this.patterns.set(url, pattern);
  }

  /** What is thrown for a request that no route takes. Nothing is said of routes for services. */
  refusalOf(url: string): CountersignError {
    const allowed = this.methodsOf(url);
    if (allowed.length === 0) return new CountersignError('not_found', 'there is nothing at this address');
    return new CountersignError('method_not_allowed', `this address takes ${allowed.join(', ')}`, { allow: allowed });
  }

  private methodsOf(url: string): string[] {
    const parts = (url.split('?')[0] ?? '').split('/');
    const methods = [...this.patterns.values()].flatMap((pattern) =>
      isOf(pattern, parts) ? [...pattern.methods] : [],
    );
    return [...new Set(methods)].sort();
  }

  private knows(kind: string): boolean {
    const { keys, reviewers } = this.authenticators;
    if (kind === 'agent' || kind === 'executor') return keys !== undefined;
    return kind !== 'person' || reviewers !== undefined;
  }
}

const isOf = ({ parts: wanted }: Pattern, parts: readonly string[]): boolean =>
  wanted.length === parts.length &&
  wanted.every((part, index) => (part.startsWith(':') ? parts[index] !== '' : part === parts[index]));
