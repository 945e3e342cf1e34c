import type { EntityName, SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { ColumnFacts, TableFacts } from '../ports/system.ts';
import type { AuditFinding } from './finding.ts';

/** What has changed in the columns that a map uses since they were last looked at. */
export function changedSince(table: Table, system: SystemId, before: TableFacts, now: TableFacts): readonly AuditFinding[] {
  const used = usedColumns(table, system);
  const was = new Map(before.columns.map((column) => [column.name, column]));
  const changed = now.columns.flatMap((column) => {
    const old = was.get(column.name);
    const words = old && used.has(column.name) ? differences(old, column) : [];
    return words.length === 0 ? [] : [found(table.map.entity, system, column.name, words.join(', '))];
  });
  const required = now.columns
    .filter(({ name, isRequired }) => isRequired && was.get(name)?.isRequired !== true && !used.has(name))
    .map(({ name }) => found(table.map.entity, system, name, 'it is required now'));
  const tracking =
    before.tracksChanges && now.tracksChanges === false
      ? [found(table.map.entity, system, undefined, 'change tracking was turned off')]
      : [];
  return [...changed, ...required, ...tracking];
}

function found(entity: EntityName, system: SystemId, column: string | undefined, words: string): AuditFinding {
  const fix = 'Look whether the map still fits, then accept it as the new baseline.';
  return { code: 'A12', severity: 'note', entity, system, ...(column === undefined ? {} : { column }), words, fix };
}

function usedColumns({ map }: Table, system: SystemId): ReadonlySet<string> {
  const side = map.sides[system];
  const mapped = map.registers.flatMap(({ fields }) => fields.flatMap(({ sides }) => sides[system]?.column ?? []));
  return new Set([...mapped, ...Object.keys(side?.where ?? {}), ...Object.keys(side?.constants ?? {})]);
}

function differences(old: ColumnFacts, now: ColumnFacts): readonly string[] {
  const gone = (old.symbols ?? []).filter((symbol) => now.symbols !== undefined && !now.symbols.includes(symbol));
  const come = (now.symbols ?? []).filter((symbol) => old.symbols !== undefined && !old.symbols.includes(symbol));
  return [
    ...(old.told === now.told ? [] : [`it was ${old.told} and is ${now.told}`]),
    ...(old.charsMax === now.charsMax
      ? []
      : [`it held ${old.charsMax ?? 'any number of'} characters and holds ${now.charsMax ?? 'any number of'}`]),
    ...(old.scale === now.scale
      ? []
      : [`it had ${old.scale ?? 'any number of'} digits after the point and has ${now.scale ?? 'any number of'}`]),
    ...(old.isRequired === now.isRequired ? [] : [now.isRequired ? 'it is required now' : 'it is no longer required']),
    ...(old.canUpdate === now.canUpdate ? [] : [now.canUpdate ? 'it can be written now' : 'it can no longer be written']),
    ...(come.length === 0 ? [] : [`new choices: ${come.join(', ')}`]),
    ...(gone.length === 0 ? [] : [`choices that are gone: ${gone.join(', ')}`]),
  ];
}
