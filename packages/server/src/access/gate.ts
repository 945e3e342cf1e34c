import { ConcordError } from '@concord/core';
import type { FastifyContextConfig, FastifyInstance, FastifyRequest } from 'fastify';
import { tokenIn } from './cookies.ts';
import { checkForgery } from './forgery.ts';
import { keyBehind } from './keys.ts';
import type { Keyring } from './keyring.ts';
import type { Issuer } from './oidc.ts';
import type { Count } from './rate.ts';
import { mayAs, type Caller, type Role } from './roles.ts';
import type { Session, Sessions } from './sessions.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The role that the route asks for; absent: `reader` to read, `operator` to do anything. `nobody`: it is open, or has a gate of its own. */
    readonly needs?: Role | 'nobody';
    /** The route looks at the entities of a caller itself. Any other is closed to callers who may not see all entities. */
    readonly scoped?: boolean;
    /** It is counted with those that systems send, not with those of strangers; or it is not counted at all, unless it brings a key. */
    readonly counted?: 'hooks' | 'never';
    /** Its body says in whose name it is asked, as `by`: the caller's own, where it says nothing. */
    readonly speaks?: boolean;
    /** A page or a file for a browser: nothing of it is anybody's secret, and it is no part of the API. */
    readonly page?: boolean;
  }
  interface FastifyInstance {
    /** Every route, with the role that it asks for. */
    readonly doors: readonly Door[];
  }
  interface FastifyRequest {
    /** Who asks; absent on open routes. */
    caller?: Caller;
    /** In which session, where a browser asks. */
    session?: Session;
  }
}

/** A route as it stands to callers. */
export interface Door {
  readonly method: string;
  readonly path: string;
  readonly needs: Role | 'nobody';
  readonly isPage: boolean;
}

const BEARER = /^bearer +(\S+)$/iu;

/** Those who are let in: by a key, in a session, or as people of an identity provider. */
interface Known {
  readonly keyring: Keyring;
  readonly sessions: Sessions;
  readonly issuer: Issuer | undefined;
}

/** Lets nobody in who has no key, and nobody too often, before anything else is looked at. */
export function guardRoutes(app: FastifyInstance, known: Known, count: Count): void {
  const doors: Door[] = [];
  app.decorate('doors', doors);
  app.addHook('onRoute', ({ method, url: path, config }) => {
    for (const one of [method].flat()) doors.push({ method: one, path, needs: neededBy(one, config), isPage: config?.page === true });
  });
  app.decorateRequest('caller');
  app.decorateRequest('session');
  app.addHook('onRequest', async (request, reply) => {
    const needed = neededFor(request);
    const session = sessionOf(request, known.sessions);
    const caller = session?.caller ?? (await callerOf(request, known));
    const counted = request.routeOptions.config.counted ?? 'address';
    // Whoever tries keys is counted by address, so that no number of keys is a way around it.
    if (caller) await count('key', caller.id, request, reply);
    else if (counted !== 'never') await count(counted, request.ip, request, reply);
    else if (request.headers.authorization !== undefined) await count('address', request.ip, request, reply);
    if (needed === 'nobody') {
      if (caller) request.caller = caller;
      return;
    }
    if (!caller) {
      void reply.header('www-authenticate', 'Bearer realm="concord"');
      throw new ConcordError('KEY_MISSING', {});
    }
    if (session) {
      checkForgery(request, session.csrf);
      request.session = session;
    }
    if (!mayAs(caller.role, needed)) throw new ConcordError('ROLE_TOO_LOW', { name: caller.name, role: caller.role, needed });
    if (caller.entities && request.routeOptions.config.scoped !== true)
      throw new ConcordError('SCOPE_TOO_NARROW', { name: caller.name, entities: caller.entities.join(', ') });
    request.caller = caller;
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.routeOptions.config.speaks === true && request.caller) nameSpeaker(request, request.caller);
    done();
  });
}

/** What a person does is written down in the name of whoever has the key; an admin may lend a voice to others, as a console does. */
function nameSpeaker(request: FastifyRequest, { name, role }: Caller): void {
  const { body } = request;
  if (typeof body !== 'object' || body === null) return;
  const by = 'by' in body ? body.by : undefined;
  if (by === undefined) Object.assign(body, { by: name });
  else if (by !== name && role !== 'admin') throw new ConcordError('SPEAKER_WRONG', { name, by: JSON.stringify(by) });
}

/** A path that leads nowhere asks for a key as well: what there is, is nobody's business. */
function neededFor({ routeOptions, method, is404 }: FastifyRequest): Role | 'nobody' {
  if (is404) return 'reader';
  return neededBy(method, routeOptions.config);
}

/** The role that a route asks for, where it does not say so itself: one to read, another to do anything. */
export function neededBy(method: string, config: FastifyContextConfig | undefined): Door['needs'] {
  return config?.needs ?? (method === 'GET' || method === 'HEAD' ? 'reader' : 'operator');
}

/** Whoever brings a key is asked for nothing else: the cookie is for browsers. */
function sessionOf(request: FastifyRequest, sessions: Sessions): Session | undefined {
  const token = request.headers.authorization === undefined ? tokenIn(request) : undefined;
  return token === undefined ? undefined : sessions.find(token);
}

/** Whether whoever was let in would be let in still: keys are revoked, sessions and tokens end. */
export function isStillIn(request: FastifyRequest, { keyring, sessions }: Omit<Known, 'issuer'>, nowMs: number): boolean {
  const { caller } = request;
  if (request.session) return sessionOf(request, sessions) !== undefined;
  if (caller?.untilMs !== undefined) return nowMs < caller.untilMs;
  const key = caller && keyring.keys().get(caller.id);
  return key !== undefined && key.revokedAt === undefined;
}

async function callerOf({ headers }: FastifyRequest, { keyring, issuer }: Omit<Known, 'sessions'>): Promise<Caller | undefined> {
  const [, text] = BEARER.exec(headers.authorization ?? '') ?? [];
  if (text === undefined) return undefined;
  // A token has three parts with dots between; no key has a dot.
  return issuer && text.includes('.') ? issuer.callerBehind(text) : keyBehind(keyring.keys(), text);
}

/** Whether a caller may see the records of an entity. */
export function maySee({ caller }: FastifyRequest, entity: string): boolean {
  return caller?.entities === undefined || caller.entities.includes(entity);
}

/** The entity that a list is to be about. Throws SCOPE_TOO_NARROW where the caller may not see all, and asks for more than it may. */
export function entityAsked({ caller }: FastifyRequest, entity: string | undefined): string | undefined {
  if (!caller?.entities) return entity;
  if (entity !== undefined && caller.entities.includes(entity)) return entity;
  const [only, ...more] = caller.entities;
  if (entity === undefined && more.length === 0) return only;
  throw new ConcordError('SCOPE_TOO_NARROW', { name: caller.name, entities: caller.entities.join(', ') });
}

/** The entities that something is to be about; `undefined`: all. Throws SCOPE_TOO_NARROW where the caller asks for more than it may see. */
export function entitiesAsked({ caller }: FastifyRequest, asked: readonly string[] | undefined): readonly string[] | undefined {
  if (!caller?.entities) return asked;
  const { name, entities } = caller;
  if (asked?.some((entity) => !entities.includes(entity)))
    throw new ConcordError('SCOPE_TOO_NARROW', { name, entities: entities.join(', ') });
  return asked ?? entities;
}
