import { recordId, type RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { openInlets } from '../map/inlets.ts';
import type { MappedRow } from '../map/mapped.ts';
import { translateRow } from '../map/translate.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Row, System } from '../ports/system.ts';
import { lookUpRow } from './references.ts';

export async function translated(ledger: Ledger, system: System, table: Table, row: Row): Promise<MappedRow> {
  const inlets = await openInlets(table, system.id, row.columns);
  const references = await lookUpRow(ledger, table, system.id, row.columns, system.dialect, inlets);
  return translateRow(table, system.id, row, system.dialect, references, inlets);
}

/**
 * The record that a row belongs to although nothing links them yet: by our own id in its correlation column, which tells a row that we
 * created and whose answer was lost, or is still on its way; else by its natural key.
 */
export async function matchRow(ledger: Ledger, system: System, table: Table, row: Row, mapped: MappedRow): Promise<RecordId | undefined> {
  return (
    (await correlated(ledger, system, table, row)) ??
    (mapped.identity === undefined ? undefined : ledger.identified(table.map.entity, mapped.identity))
  );
}

async function correlated(ledger: Ledger, { id }: System, { map }: Table, row: Row): Promise<RecordId | undefined> {
  const column = map.sides[id]?.correlation;
  const text = column === undefined ? undefined : row.columns[column];
  if (typeof text !== 'string' || text === '') return undefined;
  const record = await ledger.record(recordId(text));
  // A user who copies a row copies the column too: the copy is a row of its own.
  const isOurs = record?.entity === map.entity && record.links[id]?.state !== 'present';
  return isOurs ? record.id : undefined;
}
