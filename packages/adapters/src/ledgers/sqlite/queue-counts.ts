import type { DeliveryState } from '@concord/core';
import type { Database } from 'better-sqlite3';

export type QueueCounts = Readonly<Partial<Record<DeliveryState, number>>>;

interface Counted {
  readonly state: DeliveryState;
  readonly count: number;
}

const COUNT = 'SELECT state, count(*) AS count FROM deliveries GROUP BY state';

/** Counts the queue by reading all of it. */
export function countQueue(db: Database): () => QueueCounts {
  const all = db.prepare<[], Counted>(COUNT);
  return () => byState(all.all());
}

/**
 * Counts it once, when it is first asked for, and from then on as it changes: a million rows take a second to read, and whoever watches asks again and
 * again. The counts stand in a table of this connection's own, so that a transaction that is rolled back takes its part of them along.
 */
export function followQueue(db: Database): () => QueueCounts {
  let counted: (() => readonly Counted[]) | undefined;
  return () => {
    counted ??= startCounting(db);
    return byState(counted());
  };
}

function startCounting(db: Database): () => readonly Counted[] {
  db.pragma('temp_store = MEMORY');
  // Without it a row that takes another one's place would be counted beside it.
  db.pragma('recursive_triggers = ON');
  db.exec(`
    CREATE TEMP TABLE queue_counts (state TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
    INSERT INTO temp.queue_counts VALUES ('due', 0), ('waiting', 0), ('parked', 0);
    UPDATE temp.queue_counts SET count = found.count FROM (${COUNT}) AS found WHERE found.state = queue_counts.state;
    CREATE TEMP TRIGGER queue_grows AFTER INSERT ON main.deliveries
      BEGIN UPDATE queue_counts SET count = count + 1 WHERE state = NEW.state; END;
    CREATE TEMP TRIGGER queue_shrinks AFTER DELETE ON main.deliveries
      BEGIN UPDATE queue_counts SET count = count - 1 WHERE state = OLD.state; END;
  `);
  const counts = db.prepare<[], Counted>('SELECT state, count FROM temp.queue_counts');
  return () => counts.all();
}

function byState(rows: readonly Counted[]): QueueCounts {
  return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}
