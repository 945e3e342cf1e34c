import { applyStep, decodeRecord, revisionAfter, type RecordState } from '@concord/core';
import type { Database } from 'better-sqlite3';
import type { Journal } from './journal.ts';
import { undamaged } from './reads.ts';
import type { Records } from './records.ts';

interface Row {
  readonly revision: number;
  readonly state: string;
}

/** Reads what the journal tells beyond the tables: after a crash, everything that was acknowledged and not yet written back. */
export function recover(db: Database, file: string, records: Records, journal: Journal): void {
  const select = db.prepare<[number], Row>('SELECT revision, state FROM records WHERE number = ?');
  const states = new Map<number, Stored>();
  undamaged(file, 'its journal', () => {
    for (const entry of journal.all()) {
      const before = states.get(entry.record) ?? storedOf(select.get(entry.record));
      // Written back already: the journal is trimmed later than that.
      if (revisionAfter(entry.step) <= before.state.revision) continue;
      const after = { state: applyStep(before.state, entry.step), chars: before.chars };
      states.set(entry.record, after);
      records.follow(entry.number, after.state, entry, after.chars);
    }
  });
}

interface Stored {
  readonly state: RecordState;
  readonly chars: number;
}

function storedOf(row: Row | undefined): Stored {
  if (!row) throw new Error('The journal tells of a record that is not there.');
  return { state: decodeRecord(row.state), chars: row.state.length };
}
