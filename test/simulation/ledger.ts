import type { Commit, CompactedRecord, Ledger, PlanAnswer } from '@concord/core';
import type { Dice } from './dice.ts';
import type { Fault } from './story.ts';
import type { Life, Timeline } from './timeline.ts';

export interface LedgerOptions {
  readonly timeline: Timeline;
  readonly life: Life;
  readonly dice: Dice;
  /** Whether answers take time: then everything else may happen while one is waited for. */
  readonly isSlow: boolean;
  readonly faultAt: () => Fault['kind'] | undefined;
  readonly crash: () => void;
  readonly committed: (commit: Commit, answers: readonly PlanAnswer[]) => Promise<void>;
  /** So many changes fewer are told. */
  readonly shortened: (changes: number) => void;
}

const READ_MS = 1;
const COMMIT_MS = 4;

/** The ledger as one life of the engine knows it. What was committed outlives it; what was asked and not answered dies with it. */
export function ledgerFor(kept: Ledger, { timeline, life, dice, isSlow, faultAt, crash, committed, shortened }: LedgerOptions): Ledger {
  let calls = 0;

  function ask<Answer>(answer: () => Promise<Answer>): Promise<Answer> {
    if (!isSlow) return answer();
    return new Promise((resolve) => {
      timeline.at(timeline.now + dice('ledger', (calls += 1)) * READ_MS, () => resolve(answer()), life);
    });
  }

  function commit(wanted: Commit): Promise<readonly PlanAnswer[]> {
    const fault = faultAt();
    return new Promise((resolve, reject) => {
      const [there, back] = [dice('commit', (calls += 1)) * COMMIT_MS, dice('committed', calls) * COMMIT_MS];
      if (fault === 'crash before') return timeline.at(timeline.now + there, crash, life);
      const take = async (): Promise<void> => {
        const answers = await kept.commit(wanted);
        await committed(wanted, answers);
        timeline.at(timeline.now + back, fault === 'crash after' ? crash : () => resolve(answers), life);
      };
      return timeline.at(timeline.now + there, () => void take().catch(reject), life);
    });
  }

  /** Takes its time, and may be the last that it does, as a commit. */
  function compact(compacted: CompactedRecord): ReturnType<Ledger['compact']> {
    const fault = faultAt();
    return new Promise((resolve, reject) => {
      const [there, back] = [dice('compact', (calls += 1)) * COMMIT_MS, dice('compacted', calls) * COMMIT_MS];
      if (fault === 'crash before') return timeline.at(timeline.now + there, crash, life);
      const take = async (): Promise<void> => {
        const before = (await kept.counts()).changes;
        const answer = await kept.compact(compacted);
        shortened(before - (await kept.counts()).changes);
        timeline.at(timeline.now + back, fault === 'crash after' ? crash : () => resolve(answer), life);
      };
      return timeline.at(timeline.now + there, () => void take().catch(reject), life);
    });
  }

  return {
    record: (id) => ask(() => kept.record(id)),
    linked: (system, entity, key) => ask(() => kept.linked(system, entity, key)),
    identified: (entity, identity) => ask(() => kept.identified(entity, identity)),
    commit,
    cursor: (system, entity) => ask(() => kept.cursor(system, entity)),
    links: (system, entity, page) => ask(() => kept.links(system, entity, page)),
    queued: (system, entity, page) => ask(() => kept.queued(system, entity, page)),
    deliveries: (page) => ask(() => kept.deliveries(page)),
    records: (page) => ask(() => kept.records(page)),
    changes: (record, page) => ask(() => kept.changes(record, page)),
    conflicts: (page) => ask(() => kept.conflicts(page)),
    conflict: (id) => ask(() => kept.conflict(id)),
    failures: (page) => ask(() => kept.failures(page)),
    acts: (page) => ask(() => kept.acts(page)),
    marked: (entity, mark, page) => ask(() => kept.marked(entity, mark, page)),
    marks: (entity, page) => ask(() => kept.marks(entity, page)),
    note: (name) => ask(() => kept.note(name)),
    news: (after, limit) => ask(() => kept.news(after, limit)),
    latestNews: () => ask(() => kept.latestNews()),
    counts: () => ask(() => kept.counts()),
    erase: (erasure) => kept.erase(erasure),
    compact,
    close: () => kept.close(),
  };
}
