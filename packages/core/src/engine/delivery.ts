import { isOfParts, type Table } from '../map/compile.ts';
import { passOutlets } from '../map/inlets.ts';
import { toColumns, type Columns } from '../map/translate.ts';
import type { Settled } from '../merge/settle.ts';
import type { Outcome, System, Write } from '../ports/system.ts';
import type { Ledger } from '../ports/ledger.ts';
import { LIFE, type Attempt, type RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import { holds } from '../merge/frontier.ts';
import type { JsonObject, Value } from '../values.ts';
import { translated } from './matching.ts';
import { lookUpWrite } from './references.ts';
import { must } from '../errors/must.ts';

/** An attempt in the target system's own words. `confirm`: the system holds every value already, if its row is still as it was. */
export type Composed =
  | { readonly kind: 'write'; readonly write: Write }
  | { readonly kind: 'confirm' }
  | Exclude<Columns, { readonly kind: 'columns' }>;

export async function composeWrite(ledger: Ledger, record: RecordState, attempt: Attempt, table: Table, system: System): Promise<Composed> {
  const references = await lookUpWrite(ledger, table, system.id, attempt);
  const registers = Object.entries(attempt.registers).filter(
    ([name, { value }]) => name !== LIFE && (isOfParts(table, name) || !isHeld(record, attempt, system, name, value)),
  );
  if (attempt.kind === 'update' && registers.length === 0) return { kind: 'confirm' };
  const wanted = registers.map(([name, { value }]) => {
    const isKnown = attempt.kind === 'update' && !isOfParts(table, name);
    const stored = isKnown ? registerIn(record, name)?.shadows[system.id]?.value : undefined;
    return [name, stored === undefined ? { value } : { value, stored }] as const;
  });
  const plain = toColumns(table, system.id, new Map(wanted), system.dialect, references, { leaveOutEmpty: attempt.kind === 'create' });
  const told = await passOutlets(table, system.id, plain);
  if (told.kind !== 'columns') return told;
  return {
    kind: 'write',
    write: attempt.kind === 'create' ? create(record, attempt, table, system, told.columns) : change(record, attempt, system, told.columns),
  };
}

/** Whether the system holds the value already: writing it again would only wake its own automations. */
function isHeld(record: RecordState, attempt: Attempt, system: System, name: string, value: Value): boolean {
  const shadow = registerIn(record, name)?.shadows[system.id];
  return attempt.kind === 'update' && shadow !== undefined && holds(shadow, value);
}

function create(record: RecordState, attempt: Attempt, table: Table, system: System, columns: JsonObject): Write {
  const side = must(table.map.sides[system.id], 'a delivery goes to a system of the table map');
  const { correlation } = side;
  const carried = correlation === undefined ? {} : { [correlation]: record.id };
  return {
    kind: 'create',
    entity: record.entity,
    columns: { ...side.where, ...side.constants, ...columns, ...carried },
    match: matchColumns(table, system, columns),
    ...(correlation === undefined ? {} : { correlation: { column: correlation, value: record.id } }),
    tag: attempt.id,
  };
}

/** The columns of the natural key, where the system has them all. */
function matchColumns(table: Table, system: System, columns: JsonObject): JsonObject {
  const names = table.map.key.flatMap((field) => {
    const side = table.registers.get(field)?.map.fields[0].sides[system.id];
    return side ? [side.write ?? side.column] : [];
  });
  const told = names.flatMap((name) => (columns[name] === undefined || columns[name] === null ? [] : [[name, columns[name]] as const]));
  return told.length === names.length ? Object.fromEntries(told) : {};
}

function change(record: RecordState, attempt: Attempt, system: System, columns: JsonObject): Write {
  const key = must(record.links[system.id]?.key, 'a row that is there has a key');
  const expected = attempt.expected === undefined ? {} : { expected: attempt.expected };
  return {
    kind: attempt.kind,
    entity: record.entity,
    key,
    ...expected,
    columns: attempt.kind === 'delete' ? {} : columns,
    tag: attempt.id,
  };
}

/** An outcome in canonical values; troubles are the caller's. `undefined`: the row that the outcome speaks of must be read first. */
export async function translateOutcome(
  ledger: Ledger,
  table: Table,
  system: System,
  record: RecordState,
  outcome: Exclude<Outcome, { readonly kind: 'throttled' | 'unreachable' | 'denied' | 'drifted' | 'unknown' }>,
): Promise<Settled | undefined> {
  switch (outcome.kind) {
    case 'written':
      return {
        kind: 'written',
        row: await translated(ledger, system, table, outcome, record),
        ...(outcome.readLater ? { readLater: true } : {}),
      };
    case 'stale':
    case 'exists':
      return outcome.row && { kind: outcome.kind, row: await translated(ledger, system, table, outcome.row, record) };
    case 'applied':
    case 'removed':
    case 'missing':
    case 'refused':
      return outcome;
  }
}
