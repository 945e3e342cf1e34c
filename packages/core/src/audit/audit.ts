import { nearest } from '../config/near.ts';
import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { FieldMap, Side, TableSide } from '../map/table.ts';
import type { ColumnFacts, TableFacts, Trouble } from '../ports/system.ts';
import { checkColumn } from './column.ts';
import type { AuditFinding } from './finding.ts';
import { checkRights } from './rights.ts';

/** What is known of each system's table; nothing of those that cannot be asked. */
export type FactsBySystem = ReadonlyMap<SystemId, TableFacts | Trouble | undefined>;

/** Holds a table map against what its systems' metadata says. Pure: the same facts always come to the same findings. */
export function auditTable(table: Table, facts: FactsBySystem): readonly AuditFinding[] {
  return table.systems.flatMap((system) => {
    const told = facts.get(system);
    const { entity } = table.map;
    const fault = (code: 'A01' | 'A13', severity: 'error' | 'note', words: string, fix: string) => [
      { code, severity, entity, system, words, fix },
    ];
    if (told === undefined) return fault('A13', 'note', 'the adapter has no metadata to ask', 'Compare its columns with the map by hand.');
    if (told.kind !== 'table') return fault('A01', 'error', troubleWords(told), fixOf(told));
    return auditSide(table, system, told, facts);
  });
}

function troubleWords(trouble: Trouble): string {
  return 'words' in trouble ? trouble.words : `the system asked to wait (${trouble.kind})`;
}

function fixOf({ kind }: Trouble): string {
  if (kind === 'denied') return 'Give the application user the right to read the metadata and the table.';
  return kind === 'drifted' ? 'Correct "set" of the entity.' : 'Ask again when the system answers.';
}

function auditSide(table: Table, system: SystemId, told: TableFacts, facts: FactsBySystem): readonly AuditFinding[] {
  const side = table.map.sides[system];
  if (!side) return [];
  const columns = new Map(told.columns.map((column) => [column.name, column]));
  const fields = table.map.registers.flatMap((register) => register.fields);
  return [
    ...fields.flatMap((field) => auditField(table, field, { system, columns, facts })),
    ...[...Object.keys(side.where), ...(side.correlation === undefined ? [] : [side.correlation])].flatMap((name) =>
      columns.has(name) ? [] : [missing(table, system, { column: name }, columns)],
    ),
    ...lengths(table, side, told),
    ...required(table, side, told),
    ...keyed(table, side, told),
    ...tracked(table, side, told),
    ...checkRights(table, side, told),
  ];
}

interface Around {
  readonly system: SystemId;
  readonly columns: ReadonlyMap<string, ColumnFacts>;
  readonly facts: FactsBySystem;
}

function auditField(table: Table, field: FieldMap, { system, columns, facts }: Around): readonly AuditFinding[] {
  const side = field.sides[system];
  if (!side) return [];
  const column = columns.get(side.column);
  if (!column)
    return side.only === 'write' && side.write !== undefined
      ? []
      : [missing(table, system, { column: side.column, field: field.name }, columns)];
  return checkColumn(table, { field, side, system, column, others: othersOf(field, system, facts) });
}

/** The same field's columns in the other systems. */
function othersOf(field: FieldMap, system: SystemId, facts: FactsBySystem): ReadonlyMap<SystemId, ColumnFacts> {
  const others = new Map<SystemId, ColumnFacts>();
  for (const [other, told] of facts) {
    const side: Side | undefined = field.sides[other];
    const column = told?.kind === 'table' ? told.columns.find(({ name }) => name === side?.column) : undefined;
    if (other !== system && column) others.set(other, column);
  }
  return others;
}

function missing(
  { map: { entity } }: Table,
  system: SystemId,
  place: { readonly column: string; readonly field?: string },
  columns: ReadonlyMap<string, ColumnFacts>,
): AuditFinding {
  const near = nearest(place.column, [...columns.keys()]);
  const fix = near === undefined ? 'Add the column, or take the field out of the map.' : `Was it renamed? There is "${near}".`;
  return { code: 'A02', severity: 'error', entity, system, ...place, words: `there is no column "${place.column}"`, fix };
}

/** Where nothing is known of lengths, nothing can be said of cut texts. */
function lengths({ map }: Table, { system }: TableSide, { columns }: TableFacts): readonly AuditFinding[] {
  const texts = columns.filter(({ kind }) => kind === 'text');
  if (texts.length === 0 || texts.some(({ charsMax }) => charsMax !== undefined)) return [];
  return [
    {
      code: 'A04',
      severity: 'note',
      entity: map.entity,
      system,
      words: 'its metadata does not say how long texts may be',
      fix: 'Where a column is shorter than on the other side, say "maxLength" there.',
    },
  ];
}

/** A row that is made must have what the system asks for. */
function required(
  { map }: Table,
  { system, constants, where, correlation, only }: TableSide,
  { columns }: TableFacts,
): readonly AuditFinding[] {
  if (only === 'read') return [];
  const given = new Set([...Object.keys(constants), ...Object.keys(where), ...(correlation === undefined ? [] : [correlation])]);
  for (const { fields } of map.registers)
    for (const { sides } of fields) {
      const side = sides[system];
      if (side && side.only !== 'read') given.add(side.column).add(side.write ?? side.column);
    }
  const isGiven = (name: string): boolean => given.has(name) || [...given].some((one) => one.startsWith(`${name}@`));
  return columns
    .filter(({ isRequired, canCreate, name }) => isRequired && canCreate && !isGiven(name))
    .map(({ name }) => ({
      code: 'A07',
      severity: 'warning',
      entity: map.entity,
      system,
      column: name,
      words: `"${name}" is required, and the map does not give it`,
      fix: 'Map it, or give it a value under "constants", unless the system fills it itself.',
    }));
}

/** A create whose answer was lost is found again by a key. */
function keyed({ map }: Table, { system, correlation, only }: TableSide, { keys }: TableFacts): readonly AuditFinding[] {
  if (correlation !== undefined || only === 'read' || map.key.length === 0) return [];
  const columns = map.key.flatMap((name) => {
    const field = map.registers.flatMap((register) => register.fields).find((one) => one.name === name);
    return field?.sides[system]?.column ?? [];
  });
  const isKey = keys.some((key) => key.every((column) => columns.includes(column)) && key.length > 0);
  if (isKey) return [];
  return [
    {
      code: 'A10',
      severity: 'warning',
      entity: map.entity,
      system,
      words: `no key of the table is within ${columns.join(', ')}, so two rows may come to have one`,
      fix: 'Define an alternate key of these columns, or name a "correlation" column.',
    },
  ];
}

function tracked({ map: { entity } }: Table, { system }: TableSide, { tracksChanges }: TableFacts): readonly AuditFinding[] {
  if (tracksChanges !== false) return [];
  const words = 'change tracking is off, so nothing that happens there can be told';
  return [{ code: 'A11', severity: 'error', entity, system, words, fix: 'Turn on "Track changes" for the table.' }];
}
