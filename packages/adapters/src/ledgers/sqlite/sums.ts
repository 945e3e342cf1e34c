import { crc32 } from 'node:zlib';
import type { Database } from 'better-sqlite3';

/**
 * What a row tells is summed as it is written, so that no bit of it can flip unnoticed. Changes are proved by their hashes, values by the documents;
 * but reasons, rules, names and times stand in texts alone. It guards against disks, not against people: whoever writes the file can sum anew.
 */
export function sumOf(...told: readonly (string | number | null)[]): number {
  return told.length === 1 ? crc32(String(told[0])) : crc32(told.join('\u0000'));
}

/** What of each table's rows is summed, in this order. */
export const SUMMED = {
  records: ['id', 'entity', 'revision', 'state'],
  journal: ['told'],
  changes: ['told'],
  conflicts: ['id', 'record', 'entity', 'state', 'opened_at_ms', 'told'],
  failures: ['told'],
} as const satisfies Readonly<Record<string, readonly string[]>>;

type Row = readonly [place: number, sum: number | null, ...told: readonly (string | number | null)[]];

/** A row whose text is not what was written, in words; and how many rows are from before there were sums. */
export function proveSums(db: Database): { readonly faults: readonly string[]; readonly unsummed: number } {
  const faults: string[] = [];
  let unsummed = 0;
  for (const [table, columns] of Object.entries(SUMMED)) {
    const rows = db.prepare<[], Row>(`SELECT rowid, sum, ${columns.join(', ')} FROM main.${table}`).raw();
    for (const [place, sum, ...told] of rows.iterate()) {
      if (sum === null) unsummed += 1;
      else if (sum !== sumOf(...told)) faults.push(`row ${place} of ${table} does not tell what was written`);
    }
  }
  return { faults, unsummed };
}

/** Sums what was put into a table as it came. */
export function sumRest(db: Database): void {
  for (const [table, columns] of Object.entries(SUMMED)) {
    const rows = db.prepare<[], Row>(`SELECT rowid, sum, ${columns.join(', ')} FROM ${table} WHERE sum IS NULL`).raw();
    const put = db.prepare<[number, number]>(`UPDATE ${table} SET sum = ? WHERE rowid = ?`);
    for (const [place, , ...told] of rows.all()) put.run(sumOf(...told), place);
  }
}
