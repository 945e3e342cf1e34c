import type { Ledger, PlanAnswer } from '../ports/ledger.ts';
import type { CursorMove, FailureRow, Note, OperatorAct, Plan } from '../ports/plan.ts';
import type { Clock } from '../ports/surroundings.ts';
import { must } from '../errors/must.ts';
import { passes, type LedgerHealth } from './ledger-health.ts';
import type { Stop } from './parts.ts';

/** So many plans go into one transaction at the most: a larger one would hold up those that wait behind it. */
const PLANS_MAX = 500;

/** Gathers whatever is ready and commits it together: one sync to disk serves them all. */
export interface Committer {
  plan(plan: Plan): Promise<PlanAnswer>;
  /** Several plans that belong together: in one transaction. */
  plans(plans: readonly Plan[]): Promise<readonly PlanAnswer[]>;
  note(note: Note): Promise<void>;
  cursor(move: CursorMove): Promise<void>;
  failure(row: FailureRow): Promise<void>;
  act(act: OperatorAct): Promise<void>;
}

interface Waiting {
  readonly plans?: readonly Plan[];
  readonly note?: Note;
  readonly cursor?: CursorMove;
  readonly failure?: FailureRow;
  readonly act?: OperatorAct;
  readonly done: (answers: readonly PlanAnswer[]) => void;
  readonly failed: (cause: unknown) => void;
}

/** What a committer needs to outlast a ledger that cannot write for a while. */
export interface Patience {
  readonly health: LedgerHealth;
  readonly stop: Stop;
  /** How long to wait before the next try, after so many failures. */
  readonly waitMs: (failures: number) => number;
}

export function openCommitter(ledger: Pick<Ledger, 'commit'>, clock: Clock, patience?: Patience): Committer {
  const waiting: Waiting[] = [];
  let gathering = false;

  async function flush(): Promise<void> {
    await clock.turn();
    gathering = false;
    while (waiting.length > 0) await commitTogether((commit) => outlast(() => ledger.commit(commit)), waiting.splice(0, PLANS_MAX));
  }

  /** Tries until the ledger can write again, or the engine is to stop. Nothing of a commit that failed was taken. */
  async function outlast(commit: () => Promise<readonly PlanAnswer[]>): Promise<readonly PlanAnswer[]> {
    for (let failures = 0; ; failures += 1) {
      try {
        const answers = await commit();
        patience?.health.worked(commit);
        return answers;
      } catch (cause) {
        if (!patience || patience.stop.isStopped || !passes(cause)) throw cause;
        patience.health.failed(cause, commit);
        await clock.sleep(patience.waitMs(failures), [patience.stop]);
      }
    }
  }

  function enqueue(item: Omit<Waiting, 'done' | 'failed'>): Promise<readonly PlanAnswer[]> {
    return new Promise((done, failed) => {
      waiting.push({ ...item, done, failed });
      if (gathering) return;
      gathering = true;
      void flush();
    });
  }

  return {
    plan: async (plan) => must((await enqueue({ plans: [plan] }))[0], 'each plan is answered'),
    plans: (plans) => enqueue({ plans }),
    note: async (note) => void (await enqueue({ note })),
    cursor: async (cursor) => void (await enqueue({ cursor })),
    failure: async (failure) => void (await enqueue({ failure })),
    act: async (act) => void (await enqueue({ act })),
  };
}

async function commitTogether(commit: Ledger['commit'], batch: readonly Waiting[]): Promise<void> {
  try {
    const answers = await commit({
      plans: batch.flatMap((item) => item.plans ?? []),
      cursors: batch.flatMap((item) => item.cursor ?? []),
      failures: batch.flatMap((item) => item.failure ?? []),
      acts: batch.flatMap((item) => item.act ?? []),
      notes: batch.flatMap((item) => item.note ?? []),
    });
    let from = 0;
    for (const { plans = [], done } of batch) {
      done(answers.slice(from, from + plans.length));
      from += plans.length;
    }
  } catch (cause) {
    const [only, ...more] = batch;
    if (more.length === 0) return only?.failed(cause);
    // One that the ledger cannot take must not take the others with it.
    for (const item of batch) await commitTogether(commit, [item]);
  }
}
