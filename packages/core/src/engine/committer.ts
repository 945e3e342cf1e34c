import type { Ledger, PlanAnswer } from '../ports/ledger.ts';
import type { CursorMove, FailureRow, Note, Plan } from '../ports/plan.ts';
import type { Clock } from '../ports/surroundings.ts';
import { must } from '../errors/must.ts';

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
}

interface Waiting {
  readonly plans?: readonly Plan[];
  readonly note?: Note;
  readonly cursor?: CursorMove;
  readonly failure?: FailureRow;
  readonly done: (answers: readonly PlanAnswer[]) => void;
  readonly failed: (cause: unknown) => void;
}

export function openCommitter(ledger: Ledger, clock: Clock): Committer {
  const waiting: Waiting[] = [];
  let gathering = false;

  async function flush(): Promise<void> {
    await clock.turn();
    gathering = false;
    while (waiting.length > 0) await commitTogether(ledger, waiting.splice(0, PLANS_MAX));
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
  };
}

async function commitTogether(ledger: Ledger, batch: readonly Waiting[]): Promise<void> {
  try {
    const answers = await ledger.commit({
      plans: batch.flatMap((item) => item.plans ?? []),
      cursors: batch.flatMap((item) => item.cursor ?? []),
      failures: batch.flatMap((item) => item.failure ?? []),
      acts: [],
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
    for (const item of batch) await commitTogether(ledger, [item]);
  }
}
