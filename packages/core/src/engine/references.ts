import { entityName, keyOf, recordId, type RecordId, type SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Inlets } from '../map/inlets.ts';
import { identityText, referencesOf, type ReferenceAsked, type References } from '../map/translate.ts';
import type { MappedRow } from '../map/mapped.ts';
import { member } from '../map/relations.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Dialect } from '../ports/system.ts';
import type { Attempt, RecordState } from '../record/record.ts';
import { registerIn, valueIn } from '../record/registers.ts';
import { isTuple, type JsonObject, type Scalar, type Value } from '../values.ts';
import { canonical } from './kin.ts';

/** Looks up what a row refers to, so that it can be translated without waiting for anything. */
export async function lookUpRow(
  ledger: Ledger,
  table: Table,
  system: SystemId,
  columns: JsonObject,
  dialect: Dialect,
  inlets: Inlets,
): Promise<References> {
  const found = new Map<string, RecordId>();
  for (const asked of referencesOf(table, system, columns, dialect, inlets)) {
    const record = await resolve(ledger, system, asked);
    if (record) found.set(nameOf(asked), record);
  }
  return { toRecord: (_system, asked) => found.get(nameOf(asked)), toText: () => undefined, recordIn };
}

/** Whether what a row refers to is mirrored by now. */
export async function isMirrored(ledger: Ledger, system: SystemId, asked: ReferenceAsked): Promise<boolean> {
  return (await resolve(ledger, system, asked)) !== undefined;
}

function resolve(ledger: Ledger, system: SystemId, { entity, by, text }: ReferenceAsked): Promise<RecordId | undefined> {
  if (by === undefined) return ledger.linked(system, entityName(entity), keyOf(text));
  return ledger.identified(entityName(entity), identityText([text]));
}

/** A record that was folded into another is still meant by its old id where that is what was known: the other name is no edit. */
export async function underOldNames(ledger: Ledger, table: Table, record: RecordState, mapped: MappedRow): Promise<MappedRow> {
  let values: Map<string, Value> | undefined;
  for (const { register, index } of table.relations.references.values()) {
    const told = mapped.values.get(register);
    const now = registerIn(record, register);
    const id = recordIn(member(told, index));
    if (told === undefined || !now || id === undefined) continue;
    for (const known of [now.shadows[mapped.system]?.value, now.value]) {
      const old = recordIn(member(known, index));
      if (old === undefined || old === id) continue;
      if ((await canonical(ledger, old))?.id !== id) continue;
      values ??= new Map(mapped.values);
      values.set(register, isTuple(told) ? told.map((part, at) => (at === index ? old : part)) : old);
      break;
    }
  }
  return values ? { ...mapped, values } : mapped;
}

/** Looks up how a system names the records that a write refers to. */
export async function lookUpWrite(ledger: Ledger, table: Table, system: SystemId, attempt: Attempt): Promise<References> {
  const records = new Map<string, RecordState | undefined>();
  for (const name of Object.keys(attempt.registers)) {
    const fields = table.registers.get(name)?.map.fields ?? [];
    for (const [index, field] of fields.entries()) {
      if (field.type.kind !== 'reference') continue;
      const value = attempt.registers[name]?.value ?? null;
      const record = recordIn(isTuple(value) ? (value[index] ?? null) : value);
      if (record) records.set(record, await canonical(ledger, record));
    }
  }
  return { toRecord: () => undefined, recordIn, toText: (_system, { by, record }) => textOf(records.get(record), system, by) };
}

function textOf(record: RecordState | undefined, system: SystemId, by: string | undefined): string | undefined {
  const link = record?.links[system];
  if (!record || link?.state !== 'present') return undefined;
  if (by === undefined) return link.key;
  const value = valueIn(record, by);
  return typeof value === 'string' ? value : undefined;
}

/** A reference's canonical value is the record's id. */
function recordIn(value: Scalar): RecordId | undefined {
  return typeof value === 'string' ? recordId(value) : undefined;
}

function nameOf({ entity, by, text }: ReferenceAsked): string {
  return JSON.stringify([entity, by ?? null, text]);
}

/** What the natural key itself refers to and that is not mirrored yet: nobody can tell which record the row is. */
export function missingInKey(table: Table, { waitsFor }: MappedRow): MappedRow['waitsFor'] {
  return waitsFor.filter(({ register }) => table.map.key.includes(register));
}
