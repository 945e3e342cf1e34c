import type { Answer } from './answer.ts';
import { parseResource } from './key-predicate.ts';
import type { Operation } from './operation.ts';

/** By method, then by set: how many. */
export type WriteCounts = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface PrincipalStats {
  /** Requests on the wire; a batch is one. */
  readonly requests: number;
  /** Committed writes, whether or not they changed a value and whether or not the answer arrived. */
  readonly writes: WriteCounts;
  /** Writes that were answered with an error. */
  readonly rejected: WriteCounts;
  /** The same, by status. */
  readonly rejectedByStatus: Readonly<Record<string, number>>;
}

export interface Stats {
  readonly principals: Readonly<Record<string, PrincipalStats>>;
  readonly hooks: { readonly sent: number; readonly failed: number; readonly dropped: number };
}

export interface Tally {
  request(client: string): void;
  write(client: string, method: string, set: string, answer: Answer): void;
  hook(what: 'sent' | 'failed' | 'dropped'): void;
  stats(): Stats;
  reset(): void;
}

interface Count {
  requests: number;
  writes: Map<string, Map<string, number>>;
  rejected: Map<string, Map<string, number>>;
  rejectedByStatus: Map<string, number>;
}

export function tally(): Tally {
  const counts = new Map<string, Count>();
  let hooks = { sent: 0, failed: 0, dropped: 0 };
  const countOf = (client: string): Count => {
    const found = counts.get(client) ?? { requests: 0, writes: new Map(), rejected: new Map(), rejectedByStatus: new Map() };
    counts.set(client, found);
    return found;
  };
  return {
    request: (client) => {
      countOf(client).requests += 1;
    },
    write: (client, method, set, answer) => {
      const count = countOf(client);
      if (answer.status < 400) return addTo(count.writes, method, set);
      bump(count.rejectedByStatus, String(answer.status));
      addTo(count.rejected, method, set);
    },
    hook: (what) => {
      hooks = { ...hooks, [what]: hooks[what] + 1 };
    },
    stats: () => ({ principals: Object.fromEntries([...counts].map(([client, count]) => [client, told(count)])), hooks }),
    reset: () => {
      counts.clear();
      hooks = { sent: 0, failed: 0, dropped: 0 };
    },
  };
}

/** Counts a write by the set that it was made in. Root: what stands before the name of a set. */
export function tellWrite(counts: Tally, { method, path, principal }: Operation, root: RegExp, answer: Answer): void {
  if (method === 'GET') return;
  counts.write(principal.client, method, parseResource(path.replace(root, ''))?.set ?? path, answer);
}

function told(count: Count): PrincipalStats {
  return {
    requests: count.requests,
    writes: nested(count.writes),
    rejected: nested(count.rejected),
    rejectedByStatus: Object.fromEntries(count.rejectedByStatus),
  };
}

const nested = (counts: Map<string, Map<string, number>>): WriteCounts =>
  Object.fromEntries([...counts].map(([method, sets]) => [method, Object.fromEntries(sets)]));

function addTo(counts: Map<string, Map<string, number>>, method: string, set: string): void {
  const sets = counts.get(method) ?? new Map<string, number>();
  bump(sets, set);
  counts.set(method, sets);
}

function bump(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
