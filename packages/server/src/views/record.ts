import {
  frontierIn,
  isSetAside,
  LIFE,
  registersIn,
  valueIn,
  type Link,
  type RecordState,
  type Register,
  type Relations,
  type Run,
  type Table,
} from '@concord/core';
import { fieldsIn, instantOf, valuesOf } from './values.ts';

/** A record as the API tells it: merged values, where it lives, what waits. */
export function tellRecord(table: Table | undefined, record: RecordState) {
  const all = Object.entries(registersIn(record)).filter(([name]) => !isSetAside(name));
  const registers = all.filter(([name]) => name !== LIFE);
  return {
    id: record.id,
    entity: record.entity,
    state: record.relations?.mergedInto === undefined ? (valueIn(record, LIFE) ?? 'live') : 'merged',
    ...tellRelations(record.relations),
    versions: record.seq,
    heads: record.heads,
    values: Object.assign({}, ...registers.map(([name, register]) => valuesOf(fieldsIn(table, name), register.value))),
    held: all.flatMap(([name, { held }]) => (held ? [{ conflict: held.id, fields: fieldsIn(table, name) }] : [])),
    systems: Object.fromEntries(Object.entries(record.links).map(([system, link]) => [system, tellLink(link)])),
  };
}

/** The record that goes on for this one, those that it goes on for, and what is asked about it. */
function tellRelations({ mergedInto, aliases, apart, issues }: Relations = {}) {
  return {
    ...(mergedInto === undefined ? {} : { mergedInto }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(apart === undefined ? {} : { apart }),
    ...(issues === undefined ? {} : { asked: issues.map(({ id }) => id) }),
  };
}

function tellLink(link: Link) {
  return {
    state: link.state,
    ...(link.key === undefined ? {} : { key: link.key }),
    ...(link.version === undefined ? {} : { version: link.version }),
    ...(link.planned ? { planned: { kind: link.planned.kind, registers: Object.keys(link.planned.registers) } } : {}),
    ...(link.withheld ? { withheld: Object.entries(link.withheld).map(([register, { words }]) => ({ register, words })) } : {}),
    ...(link.parked ? { parked: { kind: link.parked.kind, registers: Object.keys(link.parked.registers) } } : {}),
    ...(link.discarded ? { discarded: { kind: link.discarded.kind, registers: Object.keys(link.discarded.ops) } } : {}),
  };
}

/** Field by field: who set the value that stands, when, and by which rule; and who wrote what of it, where that is known. */
export function tellBlame(table: Table | undefined, record: RecordState, runs: ReadonlyMap<string, readonly Run[]>) {
  const all = Object.entries(registersIn(record)).filter(([name]) => !isSetAside(name));
  return all.flatMap(([name, register]) => {
    const values = valuesOf(fieldsIn(table, name), register.value);
    const told = runs.get(name);
    return Object.entries(values).map(([field, value]) => ({
      field,
      value,
      ...blameOf(register),
      ...(told === undefined ? {} : { runs: told.map(tellRun) }),
    }));
  });
}

function tellRun({ text, author }: Run) {
  if (!author) return { text };
  const { system, by, seq, atMs } = author;
  return { text, system, ...(by === undefined ? {} : { by }), version: seq, at: instantOf({ ms: atMs }) };
}

function blameOf(register: Register) {
  const { value, verdict, held } = register;
  const last = frontierIn(register).toSorted((a, b) => b.stamp.ms - a.stamp.ms || b.stamp.count - a.stamp.count);
  const edit = last.find((candidate) => JSON.stringify(candidate.value) === JSON.stringify(value)) ?? last[0];
  return {
    ...(edit ? { system: edit.system, at: instantOf(edit.stamp) } : {}),
    ...(edit?.by === undefined ? {} : { by: edit.by }),
    ...(verdict ? { rule: verdict.rule, reason: verdict.reason, version: verdict.seq } : {}),
    ...(held ? { held: held.id } : {}),
  };
}
