import type { RecordId, SystemId } from '../ids.ts';
import type { Plan } from '../ports/plan.ts';
import type { Row, System } from '../ports/system.ts';
import type { Link, RecordState } from '../record/record.ts';
import type { PullerStatus } from './map-status.ts';

/** A row that differed although nothing had told so: the change of the record's history that took what it holds as an edit. */
export interface Divergence {
  readonly record: RecordId;
  readonly version: number;
}

/** What a comparison of rows with what is known of them has found so far. */
export interface Comparing {
  /** Rows that were not what they were taken for. */
  differing: number;
  /** Those of them that nothing explains. */
  unexplained: number;
  /** The first of these. */
  readonly differences: Divergence[];
  /** Where what differs is written to. */
  readonly writes: Set<SystemId>;
  /** Up to when the feed had told everything as it began; ms since 1970 UTC. */
  readonly heardUpToMs?: number | undefined;
  /** The configuration has changed: rows differ because of that. */
  readonly isExpected?: boolean | undefined;
}

export function newComparing(heardUpToMs?: number, isExpected = false): Comparing {
  return { differing: 0, unexplained: 0, differences: [], writes: new Set(), heardUpToMs, isExpected };
}

/** So many differences of one comparison are named. */
const NAMED_MAX = 20;
/** So far the clocks of a system and ours may be apart, and a feed behind. */
const LATE_MS = 600_000;

/** What a row that was compared came to. `before`: the record as it was. */
export function countIn(
  comparing: Comparing,
  { changes, deliveries, record: { id: record } }: Plan,
  { row, system, before }: { readonly row: Row; readonly system: System; readonly before: RecordState | undefined },
): void {
  for (const [to, write] of deliveries) if (write) comparing.writes.add(to);
  const change = changes.find((one) => one.system === system.id) ?? changes[0];
  if (!change) return;
  comparing.differing += 1;
  if (comparing.isExpected || isNews(comparing, row, before?.links[system.id], system)) return;
  comparing.unexplained += 1;
  if (comparing.differences.length < NAMED_MAX) comparing.differences.push({ record, version: change.seq });
}

/** Whether it may be an edit of which the feed is yet to tell: a version that nobody has heard of, which is not from long ago. */
function isNews({ heardUpToMs }: Comparing, { version, modifiedAtMs }: Row, link: Link | undefined, { compareVersions }: System): boolean {
  if (link?.state === 'present' && link.version !== undefined) {
    if (link.version === version || (compareVersions && compareVersions(version, link.version) < 0)) return false;
  }
  return modifiedAtMs === undefined || heardUpToMs === undefined || modifiedAtMs > heardUpToMs - LATE_MS;
}

/** What a comparison of all rows of a map came to. */
export type Compared = Comparing & { rows: number };

/** Called at the end of the listing. */
export type Done = (found: Compared) => void;

/** The latest comparison of all rows of a map. */
export interface Sweep {
  /** It begins with the next listing, which `ask` wants at once. */
  ask(done?: Done, isExpected?: boolean): void;
  /** Begins what was asked for, if there is something. `heardUpToMs`: up to when the feed had told everything. */
  begin(heardUpToMs: number | undefined): boolean;
  /** Where rows that are read now are counted; `undefined` while nothing is compared. */
  now(): Compared | undefined;
  /** The listing came to its end. */
  end(): void;
  status(): Pick<PullerStatus, 'resync'>;
}

export function openSweep(): Sweep {
  let state: 'waits' | 'reads' | 'done' = 'done';
  let compared: Compared | undefined;
  let expects = false;
  const waiting: Done[] = [];
  return {
    ask(done, isExpected = false) {
      // Who asked before, and was not answered yet, is answered by this one.
      if (done) waiting.push(done);
      expects = isExpected || (expects && state === 'waits');
      state = 'waits';
      compared = { ...newComparing(), rows: 0 };
    },
    begin(heardUpToMs) {
      if (state !== 'waits') return false;
      state = 'reads';
      compared = { ...newComparing(heardUpToMs, expects), rows: 0 };
      return true;
    },
    now: () => (state === 'reads' ? compared : undefined),
    end() {
      if (state !== 'reads' || !compared) return;
      state = 'done';
      for (const done of waiting.splice(0)) done(compared);
    },
    status: () => (compared ? { resync: { state, rows: compared.rows, differing: compared.differing } } : {}),
  };
}
