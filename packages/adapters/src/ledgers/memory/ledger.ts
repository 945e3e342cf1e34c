import { ConcordError, type Ledger } from '@concord/core';
import { commitAll } from './commit.ts';
import { compactOne } from './compact.ts';
import { eraseAll } from './erase.ts';
import * as lists from './lists.ts';
import { emptyStore, linkPlace, place } from './store.ts';

/** A ledger that is gone when the process is: for tests, simulations and a first try. */
export function memoryLedger(): Ledger {
  const store = emptyStore();
  let open = true;
  /** Runs while the ledger is open; what is thrown rejects, as it would in a ledger that waits for a disk. */
  const whileOpen = async <Answer>(work: () => Answer): Promise<Answer> => {
    if (!open) throw new ConcordError('LEDGER_CLOSED');
    return work();
  };
  return {
    record: (id) => whileOpen(() => store.records.get(id)),
    linked: (system, entity, key) => whileOpen(() => store.links.get(linkPlace(system, entity))?.get(key)),
    identified: (entity, identity) => whileOpen(() => store.identities.get(place(entity, identity))),
    commit: (commit) => whileOpen(() => commitAll(store, commit)),
    cursor: (system, entity) => whileOpen(() => store.cursors.get(place(system, entity)) ?? { cursor: undefined, listed: false }),
    links: (system, entity, ask) => whileOpen(() => lists.links(store, system, entity, ask)),
    queued: (system, entity, ask) => whileOpen(() => lists.queued(store, system, entity, ask)),
    deliveries: (ask) => whileOpen(() => lists.deliveries(store, ask)),
    records: (ask) => whileOpen(() => lists.records(store, ask)),
    changes: (record, ask) => whileOpen(() => lists.changes(store, record, ask)),
    conflicts: (ask) => whileOpen(() => lists.conflicts(store, ask)),
    conflict: (id) => whileOpen(() => store.conflicts.get(id)?.row),
    failures: (ask) => whileOpen(() => lists.latestFirst(store.failures, ask)),
    acts: (ask) => whileOpen(() => lists.acts(store, ask)),
    marked: (entity, mark, ask) => whileOpen(() => lists.marked(store, entity, mark, ask)),
    marks: (entity, ask) => whileOpen(() => lists.marks(store, entity, ask)),
    note: (name) => whileOpen(() => store.notes.get(name)),
    news: (after, limit) => whileOpen(() => lists.news(store, after, limit)),
    latestNews: () => whileOpen(() => store.news.at(-1)?.number ?? 0),
    counts: () => whileOpen(() => lists.counts(store)),
    erase: (erasure) => whileOpen(() => eraseAll(store, erasure)),
    compact: (compacted) => whileOpen(() => compactOne(store, compacted)),
    close: async () => {
      open = false;
    },
  };
}
