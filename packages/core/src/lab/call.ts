import type { Table } from '../map/compile.ts';
import type { RecordState } from '../record/record.ts';
import { valueIn } from '../record/registers.ts';

/** What people call a record: its natural key, else its key in the first system that has one, else its id. */
export function nameOf({ map }: Table, record: RecordState): string {
  const parts = map.key.map((field) => valueIn(record, field));
  const told = parts.flatMap((part) => (typeof part === 'string' || typeof part === 'number' ? [String(part)] : []));
  if (told.length > 0 && told.length === parts.length) return told.join(' ');
  return Object.values(record.links).find(({ key }) => key !== undefined)?.key ?? record.id;
}
