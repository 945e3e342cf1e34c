// The inside of a thread beside the one that serves: `anew.ts` begins it.
import { workerData } from 'node:worker_threads';
import Sqlite from '../../shared/sqlite.ts';

/** Which file is written anew, and under which name. */
export interface Given {
  readonly from: string;
  readonly to: string;
}

const { from, to }: Given = workerData;
const copy = new Sqlite(from);
try {
  // It was copied with the mark of a log, and needs none.
  copy.pragma('journal_mode = DELETE');
  copy.prepare<[string]>('VACUUM INTO ?').run(to);
} finally {
  copy.close();
}
const made = new Sqlite(to, { readonly: true });
try {
  const found = String(made.pragma('quick_check(1)', { simple: true }));
  if (found !== 'ok') throw new Error(`what was written is not sound: ${found}`);
} finally {
  made.close();
}
