import { recordId, type RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import { openInlets } from '../map/inlets.ts';
import type { MappedRow } from '../map/mapped.ts';
import { translateRow } from '../map/translate.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Row, System } from '../ports/system.ts';
import type { RecordState } from '../record/record.ts';
import { canonical, markOf, mergedIn, others } from './kin.ts';
import { lookUpRow, underOldNames } from './references.ts';

/** A row in canonical values. `record`: the one that it belongs to, where that is known. */
export async function translated(ledger: Ledger, system: System, table: Table, row: Row, record?: RecordState): Promise<MappedRow> {
  const inlets = await openInlets(table, system.id, row.columns);
  const references = await lookUpRow(ledger, table, system.id, row.columns, system.dialect, inlets);
  const mapped = translateRow(table, system.id, row, system.dialect, references, inlets);
  return record ? underOldNames(ledger, table, record, mapped) : mapped;
}

/**
 * The record that a row belongs to although nothing links them yet: by our own id in its correlation column, which tells a row that we
 * created and whose answer was lost, or is still on its way; else by its natural key; else by the further keys, in their order.
 */
export async function matchRow(ledger: Ledger, system: System, table: Table, row: Row, mapped: MappedRow): Promise<RecordId | undefined> {
  return (
    (await correlated(ledger, system, table, row)) ??
    (mapped.identity === undefined ? undefined : await ledger.identified(table.map.entity, mapped.identity)) ??
    (await byFurtherKeys(ledger, table, mapped))
  );
}

/** The first key that some record has decides. Where several have it nobody is joined: it is found out what they are to each other later. */
async function byFurtherKeys(ledger: Ledger, table: Table, mapped: MappedRow): Promise<RecordId | undefined> {
  for (const [index, rule] of table.relations.match.entries()) {
    const mark = markOf(rule, (register) => mapped.values.get(register));
    if (mark === undefined) continue;
    const found = await others(ledger, table.map.entity, mark);
    const same = found.filter(
      (record) => !speaksAgainst(table, index, record, { identity: mapped.identity, valueOf: (name) => mapped.values.get(name) }),
    );
    if (same.length > 0) return same.length === 1 ? same[0]?.id : undefined;
  }
  return undefined;
}

/** What a row or a record names itself by. */
export interface Names {
  readonly identity: string | undefined;
  readonly valueOf: ReturnType<typeof mergedIn>;
}

export function namesOf(record: RecordState): Names {
  return { identity: record.identity, valueOf: mergedIn(record) };
}

/** Whether a key that comes before this one tells two things apart. */
export function speaksAgainst(table: Table, index: number, record: RecordState, other: Names): boolean {
  if (record.identity !== undefined && other.identity !== undefined && record.identity !== other.identity) return true;
  return table.relations.match.slice(0, index).some((rule) => {
    const [own, its] = [rule.text(mergedIn(record)), rule.text(other.valueOf)];
    return own !== undefined && its !== undefined && own !== its;
  });
}

async function correlated(ledger: Ledger, system: System, table: Table, row: Row): Promise<RecordId | undefined> {
  const record = await namedIn(ledger, system, table, row);
  // A user who copies a row copies the column too: the copy is a row of its own.
  return record?.links[system.id]?.state === 'present' ? undefined : record?.id;
}

/** Whether a row bears our own id of a record that another row is linked with: somebody's copy of that, or one of ours that is gone by now. */
export async function isTwin(ledger: Ledger, system: System, table: Table, row: Row): Promise<boolean> {
  const link = (await namedIn(ledger, system, table, row))?.links[system.id];
  return link?.state === 'present' && link.key !== row.key;
}

/** The record whose id stands in a row's correlation column. */
async function namedIn(ledger: Ledger, { id }: System, { map }: Table, row: Row): Promise<RecordState | undefined> {
  const column = map.sides[id]?.correlation;
  const text = column === undefined ? undefined : row.columns[column];
  if (typeof text !== 'string' || text === '') return undefined;
  const record = await canonical(ledger, recordId(text));
  return record?.entity === map.entity ? record : undefined;
}
