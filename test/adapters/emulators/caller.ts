import type { Json, JsonObject } from '@concord/core';
import type { Emulator } from '../../../packages/adapters/src/emulators/index.ts';

/** An answer as it came over the wire. */
export interface Told {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** An empty object when the body is not a JSON object. */
  readonly json: JsonObject;
  /** The objects in `value`. */
  readonly rows: readonly JsonObject[];
}

export interface Caller {
  call(method: string, path: string, body?: Json, headers?: Readonly<Record<string, string>>): Promise<Told>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Told>;
  /** Sends a body as it is. */
  send(method: string, path: string, body: string, headers: Readonly<Record<string, string>>): Promise<Told>;
}

export const CE = '/api/data/v9.2';

/** Signs a client in and calls in its name. Paths may be absolute URLs, as links are. */
export async function signIn(emulator: Pick<Emulator, 'url'>, client = 'concord'): Promise<Caller> {
  const token = await tokenOf(emulator, client);
  const send: Caller['send'] = (method, path, body, headers) =>
    ask(path.startsWith('http') ? path : `${emulator.url}${path}`, method, body, { authorization: `Bearer ${token}`, ...headers });
  return {
    send,
    call: (method, path, body, headers = {}) =>
      send(method, path, body === undefined ? '' : JSON.stringify(body), {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      }),
    get: (path, headers = {}) => send('GET', path, '', headers),
  };
}

export async function tokenOf(emulator: Pick<Emulator, 'url'>, client: string, secret = `${client}-secret`): Promise<string> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: client,
    client_secret: secret,
    scope: `${emulator.url}/.default`,
  });
  const told = await ask(`${emulator.url}/tenant/oauth2/v2.0/token`, 'POST', form.toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });
  return textAt(told.json, 'access_token');
}

export async function ask(url: string, method: string, body: string, headers: Readonly<Record<string, string>>): Promise<Told> {
  const answer = await fetch(url, { method, headers, ...(body !== '' && { body }) });
  const text = await answer.text();
  const json = objectOf(text);
  const value = json['value'];
  return { status: answer.status, headers: answer.headers, text, json, rows: isList(value) ? value.filter(isObject) : [] };
}

const isObject = (json: unknown): json is JsonObject => typeof json === 'object' && json !== null && !Array.isArray(json);
const isList = (json: Json | undefined): json is readonly Json[] => Array.isArray(json);

/** A member as text; an empty one when it is not there. */
export function textAt(json: JsonObject | undefined, name: string): string {
  const value = json?.[name] ?? '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export function objectOf(text: string): JsonObject {
  try {
    const json: unknown = JSON.parse(text);
    return isObject(json) ? json : {};
  } catch {
    return {};
  }
}

/** What the error says: its code and its words, whichever member they are in. */
export function wordsIn(told: Told): string {
  const error = told.json['error'];
  if (!isObject(error)) return told.text;
  const inner = error['innererror'];
  return `${textAt(error, 'code')} ${textAt(isObject(inner) ? inner : error, 'message')}`;
}

/** The id at the end of `OData-EntityId`. */
export const idOf = (told: Told): string => /\(([^()]+)\)$/.exec(told.headers.get('odata-entityid') ?? '')?.[1] ?? '';

/** Reads page after page and answers all rows, with the link at the end if there is one. */
export async function readAll(caller: Caller, path: string, headers: Readonly<Record<string, string>> = {}) {
  const rows: JsonObject[] = [];
  let pages = 0;
  for (let next: string | undefined = path; next !== undefined;) {
    const told: Told = await caller.get(next, headers);
    if (told.status !== 200) throw new Error(`${told.status} ${told.text}`);
    rows.push(...told.rows);
    pages += 1;
    const link: Json | undefined = told.json['@odata.nextLink'];
    const delta: Json | undefined = told.json['@odata.deltaLink'];
    if (typeof link !== 'string') return { rows, pages, deltaLink: typeof delta === 'string' ? delta : '' };
    next = link;
  }
  return { rows, pages, deltaLink: '' };
}
