import type { Answer } from './answer.ts';

/** Who a token belongs to. */
export interface Principal {
  readonly client: string;
  /** The user's GUID in the system. */
  readonly user: string;
}

/** One request as a system sees it: a request of its own, or a part of a batch. */
export interface Operation {
  readonly method: string;
  /** Decoded, without the query: `/api/data/v9.2/accounts(…)`. */
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly principal: Principal;
  /** The root that answers write into their links: `http://127.0.0.1:1234`. */
  readonly origin: string;
}

/** What a commit or a roll-back of some writes needs to do. */
export interface Work {
  /** Takes the writes back; in reverse order. */
  readonly undo: (() => void)[];
  /** Tells the world, once the writes are certain. */
  readonly after: (() => void)[];
}

export const newWork = (): Work => ({ undo: [], after: [] });

function commit(work: Work): void {
  for (const tell of work.after) tell();
}

function rollBack(work: Work): void {
  for (const undo of work.undo.toReversed()) undo();
}

/** Does the work, and takes it back unless the answer says that it succeeded. */
export function transact(run: (work: Work) => Answer): Answer {
  const work = newWork();
  const answer = run(work);
  if (answer.status < 400) commit(work);
  else rollBack(work);
  return answer;
}

/** Splits a raw URL of any form (absolute, rooted, relative) into a decoded path and its query. */
export function splitUrl(url: string): { readonly path: string; readonly query: ReadonlyMap<string, string> } | undefined {
  const local = url.replace(/^https?:\/\/[^/]+/i, '');
  const mark = local.indexOf('?');
  const raw = mark < 0 ? local : local.slice(0, mark);
  try {
    const path = decodeURIComponent(raw);
    return { path: path.startsWith('/') ? path : `/${path}`, query: new Map(new URLSearchParams(mark < 0 ? '' : local.slice(mark))) };
  } catch {
    return undefined;
  }
}

/** The value of a preference in `Prefer`, an empty string when it stands without one, `undefined` when it is absent. */
export function preference(operation: Operation, name: string): string | undefined {
  for (const piece of (operation.headers['prefer'] ?? '').split(',')) {
    const [found, ...value] = piece.trim().split('=');
    if (found?.toLowerCase() === name) return value.join('=').replaceAll('"', '');
  }
  return undefined;
}
