import type { Trouble } from '@concord/core';
import type { TokenSource } from '../tokens/token.ts';
import { batchReply } from './batch-parse.ts';
import type { BatchReply } from './batch-parse.ts';
import { batchText } from './batch-text.ts';
import type { BatchPart } from './batch-text.ts';
import { replyOf, troubleOfRead } from './reply.ts';
import type { Answer, Lost, Reply } from './reply.ts';
import { transport } from './transport.ts';
import type { Call, TransportLimits } from './transport.ts';

export interface ODataOptions extends TransportLimits {
  /** Root of the service, for example `https://org.api.crm.dynamics.com/api/data/v9.2`. */
  readonly root: string;
  readonly tokens: TokenSource;
  /** ms since 1970 UTC. */
  readonly now: () => number;
}

/** A read's end: an answer of the service or trouble. Nothing is lost by a lost read. */
export type ReadReply = Answer | Trouble;
/** A write's end: `lost` says that it may have been applied. */
export type WriteReply = Answer | Trouble | Lost;

export interface ODataClient {
  /** As it was given: what was kept of one service is of no use to another. */
  readonly root: string;
  /** `at` is a path below the root, or a link that an answer gave; a link to another origin is refused. */
  get(at: string, headers?: Readonly<Record<string, string>>): Promise<ReadReply>;
  /** `body` is sent as JSON. */
  write(method: 'POST' | 'PATCH' | 'DELETE', at: string, headers: Readonly<Record<string, string>>, body?: unknown): Promise<WriteReply>;
  /** Several requests in one `$batch` at `at`; one answer for each part. Writes of a changeset are applied together or not at all. */
  batch(at: string, parts: readonly BatchPart[]): Promise<BatchReply>;
  close(): Promise<void>;
}

const COMMON = { accept: 'application/json', 'odata-version': '4.0', 'odata-maxversion': '4.0' };

/** Speaks OData 4.0 with one service: one pool, one token source. Retries nothing but a request whose token had run out. */
export function odataClient(options: ODataOptions): ODataClient {
  const root = new URL(options.root);
  const base = root.pathname.replace(/\/$/, '');
  const wire = transport(root.origin, options);

  const once = async (call: Call, token: string): Promise<Reply> =>
    replyOf(await wire.send({ ...call, headers: { ...COMMON, ...call.headers, authorization: `Bearer ${token}` } }), options.now());

  const send = async (call: Call): Promise<WriteReply> => {
    const first = await options.tokens.token();
    if (first.kind !== 'token') return first;
    const reply = await once(call, first.value);
    if (reply.kind !== 'unauthorised') return reply;
    const fresh = await options.tokens.token(first.value);
    if (fresh.kind !== 'token') return fresh;
    const again = await once(call, fresh.value);
    return again.kind === 'unauthorised' ? { kind: 'denied', words: again.words } : again;
  };

  return {
    root: options.root,
    get: async (at, headers = {}) => {
      const path = pathOf(root, base, at);
      return path === undefined ? foreign(at) : readReply(await send({ method: 'GET', path, headers }));
    },
    write: async (method, at, headers, body) => {
      const path = pathOf(root, base, at);
      if (path === undefined) return foreign(at);
      const type = body === undefined ? {} : { 'content-type': 'application/json' };
      return send({ method, path, headers: { ...type, ...headers }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
    },
    batch: async (at, parts) => {
      const { boundary, text } = batchText(parts);
      const headers = {
        accept: 'multipart/mixed',
        'content-type': `multipart/mixed;boundary=${boundary}`,
        prefer: 'odata.continue-on-error',
      };
      return batchReply(await send({ method: 'POST', path: `${base}/${at}`, headers, body: text }), options.now());
    },
    close: () => wire.close(),
  };
}

/** A read's end, of a request that was sent like any other. */
export function readReply(reply: WriteReply): ReadReply {
  return reply.kind === 'lost' ? troubleOfRead(reply) : reply;
}

/** The path of a place below the root or of an absolute link; `undefined` where the link leads to another origin: our token stays here. */
function pathOf(root: URL, base: string, at: string): string | undefined {
  if (!/^[a-z][a-z0-9+.-]*:|^\/\//i.test(at)) return `${base}/${at}`;
  if (!URL.canParse(at, root.href)) return undefined;
  const link = new URL(at, root);
  return link.origin === root.origin ? `${link.pathname}${link.search}` : undefined;
}

function foreign(at: string): Trouble {
  return { kind: 'unreachable', words: `the system gave a link to another place, which is not followed: ${at.slice(0, 200)}` };
}
