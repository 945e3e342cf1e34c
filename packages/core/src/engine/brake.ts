import type { EntityName, Key, SystemId } from '../ids.ts';
import { openGuard, type Decision, type Guard, type GuardStatus } from './guard.ts';
import type { Parts } from './parts.ts';

/** Deletions found by absence are only believed up to this many, or this share of all rows: an empty listing is more often a fault. */
const ABSENT_MIN = 20;
const ABSENT_SHARE_MAX = 0.05;
const BOUNDS = { what: 'brake', withinMs: 0, deletes: { most: ABSENT_MIN, share: ABSENT_SHARE_MAX } } as const;

/** A guard of what single listings do not tell any more, for maps that have none of their own. */
export interface Brake {
  /** By whom each absence is judged; `wait`: somebody has to look first. `undefined`: there are few of them. */
  judge(absent: readonly { readonly key: Key }[], all: number): Promise<Guard | 'wait' | undefined>;
  decide(decision: Decision): Promise<boolean>;
  /** What was decided is done. */
  done(): Promise<void>;
  /** Absent: nothing waits for a person. */
  readonly waiting: readonly GuardStatus[] | undefined;
}

export function openBrake(parts: Parts, system: SystemId, entity: EntityName): Brake {
  const guard = openGuard(parts, BOUNDS, system, entity);
  const waiting = () => (guard.decision ? undefined : guard.status);
  let loading: Promise<void> | undefined;
  /** What stood when the engine was stopped is read when it is asked for: nearly always there is nothing. */
  const load = (): Promise<void> => (loading ??= guard.load());
  return {
    async judge(absent, all) {
      if (absent.length <= Math.max(ABSENT_MIN, all * ABSENT_SHARE_MAX)) {
        await guard.letGo();
        return undefined;
      }
      await load();
      // How many of all that is was looked at here: rows that are long gone are known as well.
      await guard.foresee(
        'deletes',
        absent.map(({ key }) => key),
        true,
      );
      return waiting() ? 'wait' : guard;
    },
    async decide(decision) {
      await load();
      return guard.decide(decision);
    },
    done: guard.letGo,
    get waiting() {
      return waiting();
    },
  };
}
