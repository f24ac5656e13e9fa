import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { CountersignError } from '@countersign/canonical';

/** The names of the parameters that a route reads; `any` where it checks all of them itself. */
export type QueryNames = 'any' | readonly string[];

/** The query of a request, as it was parsed; it is changed where a parameter says nothing. */
export type Query = Record<string, unknown>;

interface ParameterFacts {
  readonly data?: unknown;
}

/** What `@Query()` of a controller's method says. */
export function queryNamesOf(prototype: object, method: string | symbol): QueryNames {
  const facts = (Reflect.getMetadata(ROUTE_ARGS_METADATA, prototype.constructor, method) ?? {}) as object;
  const read = Object.entries(facts)
    .filter(([place]) => place.startsWith(`${RouteParamtypes.QUERY}:`))
    .map(([, { data }]: [string, ParameterFacts]) => data);
  return read.every((name) => typeof name === 'string') ? read : 'any';
}

const refused = (name: string, why: string): CountersignError =>
  new CountersignError('invalid_request', `${name} ${why}`, { pointer: `/${name}` });

/**
 * An empty parameter is one that is left out. No route takes a list in its query: two readers of one address must not
 * read two values. On a route that takes parameters, a name that nobody reads would answer another question than the
 * one asked; where none is taken there is none to mistake, and what proxies and links add is left alone.
 * @throws CountersignError `invalid_request` with the pointer of the parameter
 */
export function checkQuery(query: Query, names: QueryNames = []): void {
  if (names !== 'any' && names.length === 0) return;
  for (const [name, value] of Object.entries(query)) {
    if (Array.isArray(value)) throw refused(name, 'is given more than once');
    if (value === '') delete query[name];
    else if (names !== 'any' && !names.includes(name))
      throw refused(name, `is not a parameter here; known are ${names.join(', ')}`);
  }
}
