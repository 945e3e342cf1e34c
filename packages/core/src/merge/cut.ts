import type { ChangeHash } from '../ids.ts';
import type { ChangeRow } from '../ports/plan.ts';
import { CONCORD } from '../register/actors.ts';
import type { RecordState } from '../record/record.ts';
import { registersIn } from '../record/registers.ts';
import { frontierIn } from './frontier.ts';

export interface CutAsk {
  readonly record: RecordState;
  readonly changes: readonly ChangeRow[];
  /** What each change depends on, in the same order. */
  readonly deps: readonly (readonly ChangeHash[])[];
  /** Only what was changed before then may go; ms since 1970 UTC. */
  readonly beforeMs: number;
  /** Nor what was changed from this version on. */
  readonly beforeSeq?: number | undefined;
}

/** A single change is no shorter as an epoch. */
const CHANGES_MIN = 2;

/**
 * How many changes, from the first on, can be told as one; 0 where none. Only at a moment of which everybody who wrote later, or may still
 * write, had seen either all or nothing: then nobody is told to have known what they did not. What an open conflict is about is not told short.
 */
export function cutOf({ record, changes, deps, beforeMs, beforeSeq = Number.POSITIVE_INFINITY }: CutAsk): number {
  const most = Math.min(oldOnes(changes, beforeMs), beforeHeld(record, changes), earlierOnes(changes, beforeSeq));
  if (most < CHANGES_MIN) return 0;
  const forbidden = forbiddenIn(record, changes, deps);
  for (let cut = most; cut >= CHANGES_MIN; cut -= 1) {
    // What Concord writes belongs to the change that it answers.
    const isMoment = changes[cut]?.system !== CONCORD;
    if (isMoment && forbidden[cut] === 0) return cut;
  }
  return 0;
}

function oldOnes(changes: readonly ChangeRow[], beforeMs: number): number {
  const at = changes.findIndex(({ stamp, epoch }) => Math.max(stamp.ms, epoch?.toMs ?? stamp.ms) >= beforeMs);
  return at < 0 ? changes.length : at;
}

function earlierOnes(changes: readonly ChangeRow[], beforeSeq: number): number {
  const at = changes.findIndex(({ seq }) => seq >= beforeSeq);
  return at < 0 ? changes.length : at;
}

/** Changes before the first that an open conflict is about. */
function beforeHeld(record: RecordState, changes: readonly ChangeRow[]): number {
  const rivals = new Set<string>();
  const opened = new Set<number>();
  for (const [name, register] of Object.entries(registersIn(record))) {
    if (!register.held) continue;
    opened.add(register.held.seq);
    for (const { number, system } of frontierIn(register)) rivals.add(`${name} ${number} ${system}`);
  }
  if (opened.size === 0) return changes.length;
  const at = changes.findIndex(
    ({ seq, edits }) => opened.has(seq) || edits.some(({ register, number, system }) => rivals.has(`${register} ${number} ${system}`)),
  );
  return at < 0 ? changes.length : at;
}

/** What somebody had seen: all of the first `all` changes, and none before `none`. */
interface Seen {
  readonly all: number;
  readonly none: number;
}

/** By a number of changes, how many would be told to have known what they did not, were so many told as one. */
function forbiddenIn(record: RecordState, changes: readonly ChangeRow[], deps: CutAsk['deps']): readonly number[] {
  const places = new Map(changes.map(({ hash }, place) => [hash, place] as const));
  const parents = deps.map((of) => placesOf(of, places));
  const seen: Seen[] = [];
  const steps = changes.map(() => 0).concat(0, 0);
  const forbid = ({ all, none }: Seen, upTo: number): void => {
    const from = Math.max(all, none) + 1;
    if (from > upTo) return;
    steps[from] = (steps[from] ?? 0) + 1;
    steps[upTo + 1] = (steps[upTo + 1] ?? 0) - 1;
  };
  for (const [place, of] of parents.entries()) {
    const past = seenBy(of, parents, seen, place);
    forbid(past, place);
    seen.push({ all: past.all === place ? place + 1 : past.all, none: Math.min(past.none, place) });
  }
  for (const heads of standsOn(record)) forbid(seenBy(placesOf(heads, places), parents, seen, changes.length), changes.length);
  let sum = 0;
  return steps.map((step) => (sum += step));
}

function placesOf(hashes: readonly ChangeHash[], places: ReadonlyMap<ChangeHash, number>): readonly number[] {
  return hashes.flatMap((hash) => places.get(hash) ?? []);
}

function seenBy(of: readonly number[], parents: readonly (readonly number[])[], seen: readonly Seen[], place: number): Seen {
  let [all, none] = [0, place];
  for (const parent of of) {
    all = Math.max(all, seen[parent]?.all ?? 0);
    none = Math.min(none, seen[parent]?.none ?? 0);
  }
  // Two pasts together may hold what neither does alone.
  if (of.length > 1) {
    const past = pastOf(of, parents, all);
    while (past.has(all)) all += 1;
  }
  return { all, none };
}

function pastOf(of: readonly number[], parents: readonly (readonly number[])[], floor: number): ReadonlySet<number> {
  const past = new Set<number>();
  const open = of.filter((place) => place >= floor);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (past.has(next)) continue;
    past.add(next);
    for (const parent of parents[next] ?? []) if (parent >= floor) open.push(parent);
  }
  return past;
}

/** What the systems have seen, and what they will have seen once they take what was sent to them, or will be. */
function standsOn({ links }: RecordState): readonly (readonly ChangeHash[])[] {
  return Object.values(links).flatMap(({ heads, planned, parked, unconfirmed = [] }) => [
    heads,
    ...[planned, parked, ...unconfirmed].flatMap((attempt) => (attempt ? [attempt.heads] : [])),
  ]);
}
