import createClient, { type Middleware } from 'openapi-fetch';
import type { operations, paths } from './openapi.d.ts';

type Answer<Id extends keyof operations> = operations[Id] extends { responses: { 200: { content: { 'application/json': infer Body } } } }
  ? Body
  : never;
type Item<Page> = Page extends { items: (infer One)[] } ? One : never;

export type Conflict = Answer<'getV1ConflictsId'>;
export type Edit = Conflict['sides'][number];
export type Values = Edit['values'];
export type Scalar = Values[string];
export type RecordTold = Answer<'getV1RecordsId'>;
export type Change = Item<Answer<'getV1RecordsIdHistory'>>;
export type Blame = Item<Answer<'getV1RecordsIdBlame'>>;
export type View = Answer<'getV1RecordsIdViewsSystem'>;
export type MapTold = Item<Answer<'getV1Maps'>>;
export type Delivery = Item<Answer<'getV1Deliveries'>>;
export type RowAside = Item<Answer<'getV1Rows'>>;
export type Named = Item<Answer<'getV1Names'>>;
export type Session = Answer<'getV1Session'>;
export type Configuration = Answer<'getV1Configuration'>;

/** What the API says when it refuses: what is wrong, and what to do about it. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly remedy: string;
  readonly current: unknown;

  constructor(status: number, told: unknown) {
    const text = (name: string): string => {
      const found = typeof told === 'object' && told !== null ? Object.entries(told).find(([key]) => key === name)?.[1] : undefined;
      return typeof found === 'string' ? found : '';
    };
    super(text('title') || (status === 0 ? 'Concord cannot be reached.' : `Concord answered ${status}.`));
    this.status = status;
    this.code = text('code');
    this.remedy = text('remedy');
    this.current = typeof told === 'object' && told !== null && 'current' in told ? told.current : undefined;
  }
}

let csrf = '';

/** What shows that a request comes from a page of ours: told with the session. */
export function bearCsrf(token: string | undefined): void {
  csrf = token ?? '';
}

/** Called when the session turns out to have ended. */
let onSignedOut: () => void = () => undefined;
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

const bearing: Middleware = {
  onRequest({ request }) {
    if (request.method !== 'GET') request.headers.set('x-concord-csrf', csrf);
    return request;
  },
  onResponse({ response, schemaPath }) {
    if (response.status === 401 && schemaPath !== '/v1/session') onSignedOut();
    return undefined;
  },
};

export const client = createClient<paths>({ baseUrl: globalThis.location?.origin ?? 'http://localhost' });
client.use(bearing);

interface Told<Body> {
  readonly data?: Body;
  readonly error?: unknown;
  readonly response: Response;
}

/** What was answered. Throws a Problem. */
export async function asked<Body>(asking: Promise<Told<Body>>): Promise<Body> {
  return (await askedWhole(asking)).body;
}

/** With the ETag of what was answered. */
export async function askedWhole<Body>(asking: Promise<Told<Body>>): Promise<{ readonly body: Body; readonly etag: string }> {
  const told = await asking.catch((): never => {
    throw new Problem(0, undefined);
  });
  if (told.data === undefined) throw new Problem(told.response.status, told.error);
  return { body: told.data, etag: told.response.headers.get('etag') ?? '' };
}
