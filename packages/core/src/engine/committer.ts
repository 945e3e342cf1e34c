import type { Ledger, PlanAnswer } from '../ports/ledger.ts';
import type { CursorMove, FailureRow, Plan } from '../ports/plan.ts';
import type { Clock } from '../ports/surroundings.ts';
import { must } from '../errors/must.ts';

/** So many plans go into one transaction at the most: a larger one would hold up those that wait behind it. */
const PLANS_MAX = 500;

/** Gathers whatever is ready and commits it together: one sync to disk serves them all. */
export interface Committer {
  plan(plan: Plan): Promise<PlanAnswer>;
  cursor(move: CursorMove): Promise<void>;
  failure(row: FailureRow): Promise<void>;
}

interface Waiting {
  readonly plan?: Plan;
  readonly cursor?: CursorMove;
  readonly failure?: FailureRow;
  readonly done: (answer: PlanAnswer) => void;
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

  function enqueue(item: Omit<Waiting, 'done' | 'failed'>): Promise<PlanAnswer> {
    return new Promise((done, failed) => {
      waiting.push({ ...item, done, failed });
      if (gathering) return;
      gathering = true;
      void flush();
    });
  }

  return {
    plan: (plan) => enqueue({ plan }),
    cursor: async (cursor) => void (await enqueue({ cursor })),
    failure: async (failure) => void (await enqueue({ failure })),
  };
}

async function commitTogether(ledger: Ledger, batch: readonly Waiting[]): Promise<void> {
  const withPlan = batch.filter((item) => item.plan);
  try {
    const answers = await ledger.commit({
      plans: withPlan.flatMap((item) => item.plan ?? []),
      cursors: batch.flatMap((item) => item.cursor ?? []),
      failures: batch.flatMap((item) => item.failure ?? []),
      acts: [],
    });
    for (const item of batch) item.done(item.plan ? must(answers[withPlan.indexOf(item)], 'each plan is answered') : { kind: 'committed' });
  } catch (cause) {
    const [only, ...more] = batch;
    if (more.length === 0) return only?.failed(cause);
    // One that the ledger cannot take must not take the others with it.
    for (const item of batch) await commitTogether(ledger, [item]);
  }
}
