import { createHmac } from 'node:crypto';
import { ConcordError, type Config } from '@concord/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Caller } from './roles.ts';

/** Stands where a value is that the caller has no right to see, also where there is none: that there is one tells something too. */
export const MASK = '•••';

/** By entity, the fields that are not for everybody, and the groups that they are merged in. */
export type Sensitive = ReadonlyMap<string, ReadonlySet<string>>;

/** Members that hold values under the names of fields. */
const BAGS = new Set(['values', 'before', 'after', 'base', 'stands', 'stored', 'played']);
/** Hashes over changes, and so over every value in them. */
const HASHES = new Set(['hash', 'heads']);
/** Beside the name of one field, its values. */
const VALUES = new Set(['value', 'merged', 'holds', 'told', 'runs']);
/** Words of a person, of a policy, or of a business system: what they quote nobody knows. */
const WORDS = new Set(['words', 'reason', 'why', 'note', 'evidence', 'change']);

export function sensitiveIn({ entities }: Pick<Config, 'entities'>): Sensitive {
  const all = entities.map(({ entity, registers }) => {
    const names = registers.flatMap(({ name, fields }) => {
      const own = fields.filter(({ sensitive }) => sensitive).map((field) => field.name);
      return own.length === 0 ? [] : [name, ...own];
    });
    return [entity, new Set(names)] as const;
  });
  return new Map(all.filter(([, names]) => names.size > 0));
}

function seesSensitive(caller: Pick<Caller, 'role' | 'seesSensitive'> | undefined): boolean {
  return caller?.role === 'admin' || caller?.seesSensitive === true;
}

/** A name for a text that tells nothing of it to whoever has not the secret that it is made with: no guess can be tried. */
export type Seal = (text: string) => string;

export function sealWith(secret: string): Seal {
  return (text) => createHmac('sha256', secret).update(text).digest('hex');
}

/** What is told to callers: everything, or with the mask in place of what is not for them. */
export interface Shown {
  <Body>(request: FastifyRequest, body: Body): Body;
  /** The name under which a caller knows a change: its hash, or a seal of it where the hash could be tried with guesses. */
  hash(request: FastifyRequest, hash: string): string;
  readonly seal: Seal;
  /** Throws SENSITIVE_HIDDEN where the caller may not see all of an entity; without one, of any. */
  all(request: FastifyRequest, what: string, entity?: string): void;
}

declare module 'fastify' {
  interface FastifyInstance {
    readonly shown: Shown;
  }
}

/** One gate for all answers, so that no route can forget it: whatever is told as JSON passes here. */
export function maskAnswers(app: FastifyInstance, sensitive: Sensitive, seal: Seal): void {
  const seesAll = ({ caller }: FastifyRequest): boolean => sensitive.size === 0 || seesSensitive(caller);
  const shown = <Body>(request: FastifyRequest, body: Body): Body => (seesAll(request) ? body : masked(sensitive, body, seal));
  const hash = (request: FastifyRequest, text: string): string => (seesAll(request) ? text : seal(text));
  const all = ({ caller }: FastifyRequest, what: string, entity?: string): void => {
    const names = [...sensitive.keys()].filter((name) => entity === undefined || name === entity);
    if (names.length === 0 || seesSensitive(caller)) return;
    throw new ConcordError('SENSITIVE_HIDDEN', { name: caller?.name ?? 'nobody', entity: names.join(', '), what });
  };
  app.decorate('shown', Object.assign(shown, { all, hash, seal }));
  app.addHook('preSerialization', async (request, _reply, payload) => shown(request, payload));
}

/** An event of the log: its words, where they may be about something sensitive. */
export function maskedForLog(sensitive: Sensitive, fields: object): object {
  const isPlain = sensitive.size === 0 || !('words' in fields) || ('entity' in fields && !sensitive.has(String(fields.entity)));
  return isPlain ? fields : { ...fields, words: MASK };
}

interface Around {
  /** What is sensitive here: of the entity that is told of; of all, where that is not said. */
  readonly names: ReadonlySet<string>;
  readonly isWordsHidden: boolean;
}

/** The same JSON, masked. Hashes over what is hidden are told as seals: they would prove a guess. */
export function masked<Body>(sensitive: Sensitive, body: Body, seal: Seal): Body {
  if (sensitive.size === 0) return body;
  const names = new Set([...sensitive.values()].flatMap((own) => [...own]));
  // What becomes of it is JSON in any case: this says so without a cast.
  const text = JSON.stringify(body);
  return text === undefined
    ? body
    : JSON.parse(JSON.stringify(part({ sensitive, seal }, JSON.parse(text), { names, isWordsHidden: false })));
}

interface Masking {
  readonly sensitive: Sensitive;
  readonly seal: Seal;
}

function part(by: Masking, value: unknown, around: Around): unknown {
  if (Array.isArray(value)) return value.map((item) => part(by, item, around));
  if (typeof value !== 'object' || value === null) return value;
  const here = aroundOf(by.sensitive, value, around);
  const isHiddenField = 'field' in value && typeof value.field === 'string' && here.names.has(value.field);
  const isHiddenPatch = 'path' in value && typeof value.path === 'string' && here.names.has(value.path.split('/')[1] ?? '');
  return Object.fromEntries(
    Object.entries(value).map(([name, member]): [string, unknown] => {
      if (WORDS.has(name) && here.isWordsHidden && typeof member === 'string') return [name, MASK];
      if ((isHiddenField && VALUES.has(name)) || (isHiddenPatch && name === 'value')) return [name, hidden(member)];
      if (HASHES.has(name)) return [name, sealed(by.seal, member)];
      if (BAGS.has(name)) return [name, part(by, bag(member, here.names), here)];
      return [name, part(by, member, here)];
    }),
  );
}

function sealed(seal: Seal, member: unknown): unknown {
  if (Array.isArray(member)) return member.map((item) => sealed(seal, item));
  return typeof member === 'string' ? seal(member) : member;
}

function aroundOf(sensitive: Sensitive, value: object, around: Around): Around {
  const entity = 'entity' in value && typeof value.entity === 'string' ? value.entity : undefined;
  const names = entity === undefined ? around.names : (sensitive.get(entity) ?? new Set<string>());
  const about = [
    ...('field' in value ? [value.field] : []),
    ...('register' in value ? [value.register] : []),
    ...('fields' in value && Array.isArray(value.fields) ? value.fields : []),
  ].filter((name) => typeof name === 'string');
  // A system's words to a write may quote any column of it; where it is not said what they are about, they are hidden.
  const isQuoted = 'words' in value && entity !== undefined;
  if (about.length > 0 && !isQuoted) return { names, isWordsHidden: about.some((name) => names.has(name)) };
  if (entity !== undefined) return { names, isWordsHidden: names.size > 0 };
  return { names, isWordsHidden: around.isWordsHidden || 'note' in value || 'edits' in value };
}

function bag(member: unknown, names: ReadonlySet<string>): unknown {
  if (typeof member !== 'object' || member === null || Array.isArray(member)) return member;
  return Object.fromEntries(Object.entries(member).map(([name, value]) => [name, names.has(name) ? hidden(value) : value]));
}

/** `{ value, version, at }` tells when and where as well; that is not the value. Of its parts, there is nothing to tell. */
function hidden(member: unknown): unknown {
  if (Array.isArray(member)) return [];
  return typeof member === 'object' && member !== null && 'value' in member ? { ...member, value: MASK } : MASK;
}
