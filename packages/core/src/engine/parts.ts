import type { DeliveryId, EntityName, RecordId, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Plan } from '../ports/plan.ts';
import type { Deciding } from '../ports/sandbox.ts';
import type { Clock, Ids, Log, Wakeable } from '../ports/surroundings.ts';
import type { System } from '../ports/system.ts';
import type { Digest } from '../record/encode.ts';
import type { Awaited } from './awaited.ts';
import type { Chore } from './chores.ts';
import type { Committer } from './committer.ts';
import type { Births } from './births.ts';
import type { ChildRule } from './governor.ts';
import type { Guard } from './guard.ts';
import type { Older } from './older.ts';
import type { LedgerHealth } from './ledger-health.ts';
import type { Lanes } from './lanes.ts';
import type { Pause } from './pauses.ts';
import type { PutBacks } from './put-backs.ts';
import type { Reads } from './reads.ts';
import type { Tally } from './tally.ts';
import type { Traces } from './traces.ts';

/** Numbers that an operator may turn; all with defaults. */
export interface Limits {
  /** Between two pulls of a feed when nobody hints. */
  readonly pollMs: number;
  /** Writes under way to one system at a time. */
  readonly writesMax: number;
  /** Rows of a page in work at a time. */
  readonly rowsMax: number;
  /** First wait after a failure; doubles up to `retryMsMax`. */
  readonly retryMs: number;
  readonly retryMsMax: number;
  /** So often a write may fail while others do not, before it is parked. */
  readonly attemptsMax: number;
  /** So many writes to a system may wait before the feeds that they come from are held back. */
  readonly queueMax: number;
  /** So many writes of an entity to a system are at hand, about; the others are read from the ledger as these get fewer. */
  readonly atHandMax: number;
  /** A hint waits this long for others, so that one pull serves them all. */
  readonly gatherMs: number;
}

export const LIMITS: Limits = {
  pollMs: 5000,
  writesMax: 8,
  rowsMax: 256,
  retryMs: 250,
  retryMsMax: 30_000,
  attemptsMax: 12,
  queueMax: 50_000,
  atHandMax: 2_000,
  gatherMs: 15,
};

/** Rings once, when the engine is to stop. */
export interface Stop extends Wakeable {
  readonly isStopped: boolean;
}

/** What the engine's rooms share. */
export interface Parts {
  readonly tables: ReadonlyMap<EntityName, Table>;
  readonly systems: ReadonlyMap<SystemId, System>;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly limits: Limits;
  readonly lanes: Lanes;
  readonly reads: Reads;
  readonly tally: Tally;
  /** Absent where nobody watches. */
  readonly traces?: Traces;
  readonly births: Births;
  readonly committer: Committer;
  readonly health: LedgerHealth;
  readonly older: Older;
  /** Maps that wait because their system was put back. */
  readonly backs: PutBacks;
  readonly digest?: Digest;
  /** Absent: what is decided is decided at once. */
  readonly deciding?: Deciding;
  /** Whether a planned delivery was surely not sent. */
  readonly isFresh: (id: DeliveryId) => boolean;
  /** It may have been sent, and what came of it was not kept. */
  readonly doubt: (id: DeliveryId) => void;
  /** By entity: the reference fields by which records of others are its children. */
  readonly children: ReadonlyMap<EntityName, readonly ChildRule[]>;
  /** Why a map's feed is to be held back: too many writes wait that come from it. */
  readonly pressure: (system: SystemId, table: Table) => string | undefined;
  /** What stops mass changes of a map; absent where the configuration sets no bound. */
  readonly guardOf: (system: SystemId, entity: EntityName) => Guard | undefined;
  /** Why nothing is taken from a map's system, nor written to it; absent while it runs. */
  readonly pauseOf: (system: SystemId, entity: EntityName) => Pause | undefined;
  readonly awaited: Awaited;
  /** Has a delivery that waits looked at again. */
  readonly look: (system: string, entity: EntityName, record: RecordId) => Promise<void>;
  /** Has something done that a committed plan calls for. */
  readonly chores: (chores: readonly Chore[]) => void;
  /** Called for each write that was made, or found to be there already. */
  readonly wrote: (system: SystemId, entity: EntityName) => void;
  /** Called for each plan that was committed, in order of commit within a record. */
  readonly committed: (plan: Plan) => void;
}
