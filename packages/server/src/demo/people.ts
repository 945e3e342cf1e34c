import type { JsonObject } from '@concord/core';

/** What somebody did in their system, and how it was answered. */
export interface Deed {
  readonly who: string;
  readonly system: 'ce' | 'fno';
  readonly what: 'changed' | 'created' | 'deleted';
  /** The row, as its address says it: `accounts(accountnumber='C-001002')`. */
  readonly at: string;
  readonly columns: JsonObject;
  /** How long the system took to answer. */
  readonly tookMs: number;
}

/** Somebody who works in one of the two systems, over its own API, with a token of their own. Throws what the system refused. */
export interface Person {
  readonly name: string;
  readonly system: 'ce' | 'fno';
  change(at: string, columns: JsonObject): Promise<Deed>;
  /** Answers the new row too. */
  create(set: string, columns: JsonObject): Promise<Deed & { readonly row: JsonObject }>;
  remove(at: string): Promise<Deed>;
  /** `undefined` when there is no such row. */
  read(at: string): Promise<JsonObject | undefined>;
  /** Every row of a set that meets an OData filter. */
  list(set: string, filter?: string): Promise<readonly JsonObject[]>;
}

const ROOTS = { ce: '/api/data/v9.2', fno: '/data' } as const;

/** Signs somebody in; their secret is their name with `-secret`, as the emulators have it. */
export async function signIn(name: string, system: 'ce' | 'fno', url: string): Promise<Person> {
  const token = await tokenOf(name, url);
  const place = (at: string, filter?: string) => `${url}${ROOTS[system]}/${encodeURI(at)}${queryOf(system, filter)}`;

  async function call(method: string, at: string, columns?: JsonObject): Promise<JsonObject> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...conditionOf(method) };
    const answer = await fetch(place(at), { method, headers, ...(columns === undefined ? {} : { body: JSON.stringify(columns) }) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${name}'s ${method} ${at} was answered with ${answer.status}: ${text.slice(0, 300)}`);
    return objectIn(text);
  }

  async function act(what: Deed['what'], method: string, at: string, columns: JsonObject): Promise<Deed & { readonly row: JsonObject }> {
    const began = performance.now();
    const row = await call(method, at, method === 'DELETE' ? undefined : columns);
    return { who: name, system, what, at, columns, tookMs: performance.now() - began, row };
  }

  return {
    name,
    system,
    change: (at, columns) => act('changed', 'PATCH', at, columns),
    create: (set, columns) => act('created', 'POST', set, columns),
    remove: (at) => act('deleted', 'DELETE', at, {}),
    async read(at) {
      const answer = await fetch(place(at), { headers: { authorization: `Bearer ${token}` } });
      return answer.status === 404 ? undefined : objectIn(await answer.text());
    },
    async list(set, filter) {
      const answer = await fetch(place(set, filter), { headers: { authorization: `Bearer ${token}` } });
      return rowsIn(await answer.json());
    },
  };
}

async function tokenOf(name: string, url: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: name, client_secret: `${name}-secret` });
  const answer = await fetch(`${url}/oauth2/v2.0/token`, { method: 'POST', body });
  const { access_token: token } = objectIn(await answer.text());
  if (typeof token !== 'string') throw new Error(`${name} was given no token (${answer.status}).`);
  return token;
}

/** F&O shows a user only the rows of their default company unless it is asked for all. */
function queryOf(system: 'ce' | 'fno', filter: string | undefined): string {
  const asked = [
    ...(system === 'fno' ? ['cross-company=true'] : []),
    ...(filter === undefined ? [] : [`$filter=${encodeURIComponent(filter)}`]),
  ];
  return asked.length > 0 ? `?${asked.join('&')}` : '';
}

/** Without a condition, Dataverse makes a row that it does not find. */
function conditionOf(method: string): Readonly<Record<string, string>> {
  if (method === 'POST') return { prefer: 'return=representation' };
  return method === 'PATCH' ? { 'if-match': '*' } : {};
}

function objectIn(text: string): JsonObject {
  const json: unknown = text === '' ? {} : JSON.parse(text);
  return isObject(json) ? json : {};
}

function rowsIn(json: unknown): readonly JsonObject[] {
  const rows = isObject(json) ? json['value'] : undefined;
  return Array.isArray(rows) ? rows.filter(isObject) : [];
}

function isObject(json: unknown): json is JsonObject {
  return typeof json === 'object' && json !== null && !Array.isArray(json);
}
