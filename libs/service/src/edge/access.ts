import 'reflect-metadata';
import { PATH_METADATA } from '@nestjs/common/constants.js';
import { RouteConfig } from '@nestjs/platform-fastify';
import { ApiExtension } from '@nestjs/swagger';
import { queryNamesOf } from './query.js';
import type { QueryNames } from './query.js';

/** A person who has this role in the tenant. */
export interface RoleHolder {
  readonly role: string;
}

/**
 * Who may call a route. `anybody`: no credential is asked for. `service`: the services of this system. `session`: people
 * whose cookies the reviewers' page checks itself. `agent`, `executor`: the holder of such an API key. `person`: anybody
 * with an access token of the tenant.
 */
export type Admitted = 'anybody' | 'service' | 'session' | 'agent' | 'executor' | 'person' | RoleHolder;

/** What the edge knows of a route before it runs. */
export interface RouteFacts {
  readonly access?: readonly Admitted[];
  /** Takes any media type: its body is the unread stream. */
  readonly isRaw?: true;
  /** A person who reads the answer has opened a packet. */
  readonly opens?: true;
  /** The parameters of its query that it reads. */
  readonly query?: QueryNames;
}

type Target = object & { readonly prototype?: object };
type RouteDecorator = (target: Target, name?: string | symbol, descriptor?: PropertyDescriptor) => void;

const FACTS = Symbol('route facts');
/** In OpenAPI documents: who may call an operation. */
export const ACCESS_EXTENSION = 'x-countersign-access';

/** A person with this role, for `Access`. */
export const role = (name: string): RoleHolder => ({ role: name });

/**
 * Declares who may call a route, or every route of a controller that does not say it itself. A service with a route that
 * nobody declared does not start.
 */
export const Access =
  (...access: readonly Admitted[]): RouteDecorator =>
  (target, name, descriptor) => {
    if (name !== undefined && descriptor !== undefined) return declare({ access }, target, name, descriptor);
    for (const [undeclared, found] of routesOf(target.prototype ?? {}))
      if (factsOf(found)?.access === undefined) declare({ access }, target.prototype ?? {}, undeclared, found);
  };

/** The route takes any media type, and reads its body itself. */
export const RawBody = (): RouteDecorator => stated({ isRaw: true });

/** Whoever reads the answer has opened a packet: a prefetch is refused, and a HEAD request notes nothing. */
export const OpensPacket = (): RouteDecorator => stated({ opens: true });

const stated =
  (facts: RouteFacts): RouteDecorator =>
  (target, name, descriptor) => {
    if (name !== undefined && descriptor !== undefined) declare(facts, target, name, descriptor);
  };

const factsOf = ({ value }: PropertyDescriptor): RouteFacts | undefined =>
  Reflect.getMetadata(FACTS, value as object) as RouteFacts | undefined;

function routesOf(prototype: object): [string, PropertyDescriptor][] {
  return Object.entries(Object.getOwnPropertyDescriptors(prototype)).filter(
    ([, { value }]) => typeof value === 'function' && Reflect.hasMetadata(PATH_METADATA, value as object),
  );
}

function declare(facts: RouteFacts, target: object, name: string | symbol, descriptor: PropertyDescriptor): void {
  const all = { ...factsOf(descriptor), ...facts, query: queryNamesOf(target, name) };
  Reflect.defineMetadata(FACTS, all, descriptor.value as object);
  RouteConfig(all)(target, name, descriptor);
  if (facts.access) ApiExtension(ACCESS_EXTENSION, facts.access.map(wordOf))(target, name, descriptor);
}

const wordOf = (admitted: Admitted): string => (typeof admitted === 'string' ? admitted : `role ${admitted.role}`);
