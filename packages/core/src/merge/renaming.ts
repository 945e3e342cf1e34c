import type { ChangeHash, OpId } from '../ids.ts';
import type { ActorState, Attempt, Link, RecordState, Register, Shadow } from '../record/record.ts';
import { shifted } from '../record/document.ts';
import { registersIn } from '../record/registers.ts';
import { shorten, type Stored } from '../record/resting.ts';
import { isTuple } from '../values.ts';

/** What operations and changes are called in another document of the same record. */
export interface Renaming {
  op(op: OpId): OpId;
  heads(heads: readonly ChangeHash[]): readonly ChangeHash[];
}

/** What changes are called once they have other hashes; several that have become one are named once. */
export function renamedHeads(heads: readonly ChangeHash[], hashes: ReadonlyMap<ChangeHash, ChangeHash>): readonly ChangeHash[] {
  return [...new Set(heads.map((head) => hashes.get(head) ?? head))].toSorted();
}

/** A record in whose row the names are others, and everything else is what it was. */
export function renameIn(record: RecordState, renaming: Renaming, actors: Readonly<Record<string, ActorState>>): RecordState {
  const { op, heads } = renaming;
  const attempt = (one: Attempt): Attempt => ({
    ...one,
    heads: heads(one.heads),
    registers: mapped(one.registers, (told) => ({ ...told, ops: told.ops.map(op) })),
  });
  const link = (one: Link): Link => ({
    ...one,
    heads: heads(one.heads),
    ...(one.planned ? { planned: attempt(one.planned) } : {}),
    ...(one.unconfirmed ? { unconfirmed: one.unconfirmed.map(attempt) } : {}),
    ...(one.parked ? { parked: attempt(one.parked) } : {}),
    ...(one.withheld ? { withheld: mapped(one.withheld, (told) => ({ ...told, ops: told.ops.map(op) })) } : {}),
    ...(one.discarded ? { discarded: { ...one.discarded, ops: mapped(one.discarded.ops, (ops) => ops.map(op)) } } : {}),
  });
  const [names, systems] = [Object.keys(actors), Object.keys(record.links)];
  const stored = (register: Register): Stored => {
    const renamed = registerRenamed(register, op);
    return shorten(renamed, names, systems) ?? renamed;
  };
  return {
    ...record,
    revision: record.revision + 1,
    heads: heads(record.heads),
    actors,
    links: mapped(record.links, link),
    registers: mapped(registersIn(record), stored),
  };
}

function registerRenamed(register: Register, op: Renaming['op']): Register {
  const shadow = (one: Shadow): Shadow => ({ ...one, ops: one.ops.map(op) });
  return {
    ...register,
    ops: register.ops.map(op),
    stable: register.stable && { ...register.stable, op: op(register.stable.op) },
    log: register.log.map((edit) => ({ ...edit, op: op(edit.op) })),
    shadows: mapped(register.shadows, shadow),
  };
}

function mapped<From, To>(all: Readonly<Record<string, From>>, change: (one: From) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(all).map(([name, one]) => [name, change(one)]));
}

/** Every operation that the row of a record names; of a group those of all its members. */
export function opsNamedIn(record: RecordState): readonly OpId[] {
  const named: OpId[] = [];
  const take = (ops: readonly OpId[], members: number): void => {
    for (const op of ops) for (let member = 0; member < members; member += 1) named.push(shifted(op, member));
  };
  const registers = registersIn(record);
  const membersOf = (name: string): number => {
    const value = registers[name]?.value;
    return value !== undefined && isTuple(value) ? value.length : 1;
  };
  for (const [name, { ops, stable, log, shadows }] of Object.entries(registers)) {
    const members = membersOf(name);
    take(ops, members);
    for (const edit of [...(stable ? [stable] : []), ...log]) take([edit.op], members);
    for (const shadow of Object.values(shadows)) take(shadow.ops, members);
  }
  for (const { planned, parked, unconfirmed = [], withheld = {}, discarded } of Object.values(record.links)) {
    for (const attempt of [planned, parked, ...unconfirmed])
      for (const [name, { ops }] of Object.entries(attempt?.registers ?? {})) take(ops, membersOf(name));
    for (const [name, { ops }] of Object.entries(withheld)) take(ops, membersOf(name));
    for (const [name, ops] of Object.entries(discarded?.ops ?? {})) take(ops, membersOf(name));
  }
  return named;
}
