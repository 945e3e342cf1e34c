import { Pool } from 'undici';

/** One HTTP request, ready to go. `path` begins with `/` and stands on the transport's origin. */
export interface Call {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export type CallAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly text: string }
  /** The other end never had it. */
  | { readonly kind: 'unsent'; readonly words: string }
  /** It may have been received and acted on; the answer never came, or not whole. */
  | { readonly kind: 'lost'; readonly words: string };

export interface Transport {
  send(call: Call): Promise<CallAnswer>;
  /** Breaks off what is under way, and lets go of every connection. */
  close(): Promise<void>;
}

export interface TransportLimits {
  /** For a whole answer, from the first byte sent to the last received. */
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
}

export const TIMEOUT_MS_DEFAULT = 60_000;
/** A page of 5,000 rows with all their columns stays below it. */
export const BODY_BYTES_MAX = 64 * 1024 * 1024;
const CONNECT_TIMEOUT_MS = 10_000;
/** Both products refuse a principal's 53rd concurrent request. */
const CONNECTIONS_MAX = 32;

/** HTTP to one origin, over kept-alive connections. Never follows a redirect, never retries. */
export function transport(origin: string, limits: TransportLimits): Transport {
  const pool = new Pool(origin, {
    connections: CONNECTIONS_MAX,
    connectTimeout: Math.min(CONNECT_TIMEOUT_MS, limits.timeoutMs),
    headersTimeout: limits.timeoutMs,
    bodyTimeout: limits.timeoutMs,
    maxResponseSize: limits.bodyBytesMax,
  });
  const underWay = new Set<AbortController>();
  let isClosed = false;
  return {
    send: async (call) => {
      if (isClosed) return { kind: 'unsent', words: 'the connection was closed' };
      // Signals that Node joins for us would take longer than a small request itself.
      const breaking = new AbortController();
      underWay.add(breaking);
      const timer = setTimeout(() => breaking.abort(new DOMException('', 'TimeoutError')), limits.timeoutMs);
      try {
        const answer = await pool.request({ ...call, body: call.body ?? null, signal: breaking.signal });
        const bytes = await answer.body.arrayBuffer();
        return {
          kind: 'answer',
          status: answer.statusCode,
          headers: flat(answer.headers),
          text: new TextDecoder('utf-8', { fatal: true }).decode(bytes),
        };
      } catch (cause) {
        return failure(cause);
      } finally {
        clearTimeout(timer);
        underWay.delete(breaking);
      }
    },
    close: async () => {
      isClosed = true;
      for (const breaking of underWay) breaking.abort();
      await pool.destroy();
    },
  };
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]));
}

/** Failures that come before the first byte is sent. Any other may have come after, and is taken so. */
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

function failure(cause: unknown): CallAnswer {
  const code = codeOf(cause);
  return { kind: UNSENT.has(code) ? 'unsent' : 'lost', words: wordsOf(cause, code) };
}

function wordsOf(cause: unknown, code: string): string {
  if (cause instanceof DOMException && cause.name === 'TimeoutError') return 'no whole answer came in time';
  if (cause instanceof DOMException && cause.name === 'AbortError') return 'the connection was closed while a request was under way';
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return 'the answer was larger than allowed';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return 'the answer was not UTF-8 text';
  const text = cause instanceof Error && cause.message !== '' ? cause.message : 'the connection failed';
  return code === '' || text.includes(code) ? text : `${text} (${code})`;
}

/** The machine-readable code of a failure, looked for in its causes too: a connection over several addresses fails as a group. */
function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return '';
  if ('code' in cause && typeof cause.code === 'string') return cause.code;
  if (cause instanceof AggregateError) return cause.errors.map(codeOf).find((code) => code !== '') ?? '';
  return cause instanceof Error ? codeOf(cause.cause) : '';
}
