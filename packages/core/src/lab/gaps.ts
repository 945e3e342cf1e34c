import type { SystemId } from '../ids.ts';

/** Buckets of time, each twice as long as the one before, from 1 ms to some 12 days. */
const BUCKETS = 30;

/** How old edits of one system were when another system edited on, having seen them or not. Kept as counts by age, so it never grows. */
export interface Gaps {
  add(from: SystemId, to: SystemId, gapMs: number, isSeen: boolean): void;
  /** The time after which edits of `from` are seen in `to`, as far as the history tells; `undefined`: nothing tells it. */
  lagMs(from: SystemId, to: SystemId): number | undefined;
}

interface Ages {
  readonly seen: number[];
  readonly unseen: number[];
}

export function openGaps(): Gaps {
  const pairs = new Map<string, Ages>();
  return {
    add(from, to, gapMs, isSeen) {
      const name = `${from} ${to}`;
      const ages = pairs.get(name) ?? { seen: zeros(), unseen: zeros() };
      pairs.set(name, ages);
      const bucket = bucketOf(Math.abs(gapMs));
      const counts = isSeen ? ages.seen : ages.unseen;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    },
    lagMs(from, to) {
      const ages = pairs.get(`${from} ${to}`);
      return ages && boundary(ages);
    },
  };
}

/** Where the unseen end and the seen begin: the age at which the fewest lie on the wrong side; the shortest of several. */
function boundary({ seen, unseen }: Ages): number | undefined {
  if (unseen.every((count) => count === 0)) return undefined;
  const wrong = Array.from({ length: BUCKETS + 1 }, (_, at) => sum(seen.slice(0, at)) + sum(unseen.slice(at)));
  return 2 ** wrong.indexOf(Math.min(...wrong));
}

/** Bucket n holds ages from 2^n ms up to, not including, 2^(n+1). */
function bucketOf(ms: number): number {
  return Math.min(BUCKETS - 1, Math.floor(Math.log2(Math.max(1, ms))));
}

function zeros(): number[] {
  return Array.from({ length: BUCKETS }, () => 0);
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
