import type { MemorySystem } from '@concord/adapters';
import type { Ledger, Outcome, Write } from '@concord/core';

/** What is asked of systems and of the ledger, counted. */
export interface Counts {
  pulls: number;
  reads: number;
  readonly writes: Write[];
  commits: number;
}

export interface Counted {
  readonly counts: Counts;
  around(system: MemorySystem): MemorySystem;
  ledger(ledger: Ledger): Ledger;
  /** Forgets what was counted. */
  reset(): void;
}

/** `answer` may put another answer in place of a system's own; what it throws, no system says. */
export function openCounted(answer: (system: string, write: Write, own: () => Promise<Outcome>) => Promise<Outcome> = asItIs): Counted {
  const counts: Counts = { pulls: 0, reads: 0, writes: [], commits: 0 };
  return {
    counts,
    around: (system) => ({
      ...system,
      changes(entity, from) {
        counts.pulls += 1;
        return system.changes(entity, from);
      },
      read(entity, key) {
        counts.reads += 1;
        return system.read(entity, key);
      },
      write(write) {
        counts.writes.push(write);
        return answer(system.id, write, () => system.write(write));
      },
    }),
    ledger: (ledger) => ({
      ...ledger,
      commit(commit) {
        counts.commits += 1;
        return ledger.commit(commit);
      },
    }),
    reset() {
      counts.pulls = 0;
      counts.reads = 0;
      counts.writes.splice(0);
      counts.commits = 0;
    },
  };
}

function asItIs(_system: string, _write: Write, own: () => Promise<Outcome>): Promise<Outcome> {
  return own();
}
