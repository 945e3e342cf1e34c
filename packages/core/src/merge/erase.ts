import type { ActorId, ChangeHash } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { Epoch, RegisterOpening } from '../ports/epoch.ts';
import type { ErasedRecord } from '../ports/erasure.ts';
import type { ChangeRow, ConflictRow } from '../ports/plan.ts';
import { decode } from '../record/decode.ts';
import { encode, type Digest } from '../record/encode.ts';
import type { Attempt, Link, RecordState, Register } from '../record/record.ts';
import { registersIn } from '../record/registers.ts';
import { shorten, type Stored } from '../record/resting.ts';
import type { Blank } from './blank.ts';
import { renamedHeads } from './renaming.ts';
import type { Reading } from '../register/register.ts';
import type { Value } from '../values.ts';

/** All that a ledger holds of a record. */
export interface WholeRecord {
  readonly record: RecordState;
  readonly changes: readonly ChangeRow[];
  readonly conflicts: readonly ConflictRow[];
}

/**
 * A record without some values: in every change, in every decision, and in its row. What remains is the causal skeleton: who made which
 * change when, knowing which others, and which operation replaced which. Numbers, authors and operations stay as they are; since a change is
 * named by its bytes, its hash and that of all that rest on it are others, and are put in place wherever they are told.
 */
export function eraseRecord(
  { record, changes, conflicts }: WholeRecord,
  table: Table,
  blank: Blank,
  digest?: Digest,
): ErasedRecord & { readonly told: number } {
  const hashes = new Map<ChangeHash, ChangeHash>();
  const erased = changes.map((change) => eraseChange(change, hashes, blank, digest));
  const links = Object.entries(record.links);
  const { identity: _identity, ...rest } = record;
  const hidesKey = table.map.key.some(blank.concerns);
  const unlinked = links.flatMap(([system, { key, state }]) =>
    hidesKey && key !== undefined && state !== 'present' && blank.scrub(key) !== key
      ? [{ system: table.systems.find((one) => one === system), key }]
      : [],
  );
  return {
    record: {
      ...(hidesKey ? rest : record),
      revision: record.revision + 1,
      heads: renamedHeads(record.heads, hashes),
      actors: actorsOf(record, hashes),
      links: Object.fromEntries(
        links.map(([system, link]) => [
          system,
          eraseLink(
            link,
            hashes,
            blank,
            unlinked.some((gone) => gone.system === system),
          ),
        ]),
      ),
      registers: registersOf(record, blank),
    },
    changes: erased,
    conflicts: conflicts.map((conflict) => ({ ...conflict, resolution: blank.resolution(conflict.resolution) })),
    unlinked: unlinked.flatMap(({ system, key }) => (system === undefined ? [] : [{ system, key }])),
    told: erased.filter((change, index) => change.erased?.length !== changes[index]?.erased?.length).length,
  };
}

function eraseChange(change: ChangeRow, hashes: Map<ChangeHash, ChangeHash>, blank: Blank, digest: Digest | undefined): ChangeRow {
  blank.met();
  const wire = decode(change.chunk);
  const ops = wire.ops.map((op) => ({ ...op, value: blank.scalar(op.key, op.value) }));
  const { chunk, hash } = encode({ ...wire, deps: renamedHeads(wire.deps, hashes), ops }, digest);
  hashes.set(change.hash, hash);
  const told = {
    ...change,
    chunk,
    hash,
    ...(change.note === undefined ? {} : { note: blank.scrub(change.note) }),
    patch: change.patch.map((line) => ('value' in line ? { ...line, value: blankJson(line.path, line.value, blank) } : line)),
    edits: change.edits.map(blank.edit),
    resolutions: change.resolutions.map(blank.resolution),
    ...(change.epoch === undefined ? {} : { epoch: eraseEpoch(change.epoch, blank) }),
  };
  const erased = [...new Set([...(change.erased ?? []), ...blank.met()])].toSorted();
  return erased.length === 0 ? told : { ...told, erased };
}

/** A hash of what was compacted away would tell a value to anybody who tries them all: it goes too. */
function eraseEpoch({ heads: _heads, opening, ...epoch }: Epoch, blank: Blank): Epoch {
  const registers = Object.entries(opening.registers).map(([name, told]) => [name, eraseOpening(name, told, blank)] as const);
  const { life } = opening;
  return {
    ...epoch,
    opening: {
      ...opening,
      registers: Object.fromEntries(registers),
      ...(life ? { life: { ...life, rivals: life.rivals.map(blank.edit) } } : {}),
    },
  };
}

function eraseOpening(name: string, told: RegisterOpening, blank: Blank): RegisterOpening {
  const why = told.why && { ...told.why, reason: blank.reason(name, told.why.reason) };
  return { ...told, ...(blank.concerns(name) ? eraseStanding(name, told, blank) : {}), ...(why ? { why } : {}) };
}

/** Patches speak of fields, each of which is a scalar. */
function blankJson<Json>(path: string, value: Json, blank: Blank): Json | null {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isScalar && blank.scalar(path.slice(1), value) === null ? null : value;
}

function actorsOf({ actors }: RecordState, hashes: ReadonlyMap<ChangeHash, ChangeHash>): RecordState['actors'] {
  const all: Record<ActorId, RecordState['actors'][ActorId]> = {};
  for (const [actor, { seq, hash }] of entriesOf(actors)) all[actor] = { seq, hash: hashes.get(hash) ?? hash };
  return all;
}

function registersOf(record: RecordState, blank: Blank): RecordState['registers'] {
  const [actors, systems] = [Object.keys(record.actors), Object.keys(record.links)];
  const registers: Record<string, Stored> = { ...record.registers };
  for (const [name, register] of Object.entries(registersIn(record))) {
    const erased = eraseRegister(name, register, blank);
    registers[name] = shorten(erased, actors, systems) ?? erased;
  }
  return registers;
}

function eraseRegister(name: string, register: Register, blank: Blank): Register {
  const { verdict } = register;
  const told = verdict && { ...verdict, reason: blank.reason(name, verdict.reason) };
  if (!blank.concerns(name)) return { ...register, verdict: told };
  const shadows = Object.entries(register.shadows).map(([system, shadow]) => [
    system,
    {
      ...shadow,
      value: blank.value(name, shadow.value),
      ...(shadow.sent === undefined ? {} : { sent: blank.value(name, shadow.sent) }),
    },
  ]);
  return {
    ...register,
    ...eraseStanding(name, register, blank),
    shadows: Object.fromEntries(shadows),
    verdict: told,
    // What was turned away, and how often, is about values: it begins anew.
    trail: undefined,
  };
}

type Standing = Pick<Register, 'value' | 'stable' | 'log'>;

/** What a register stands at, and what that came from. What a policy keeps of closed edits is made of values: it goes, and begins anew. */
function eraseStanding(name: string, { value, stable, log }: Standing, blank: Blank): Standing {
  const erased = (one: Value): Value => blank.value(name, one);
  const reading = ({ saw, before }: Reading): Reading => ({ saw, before: erased(before) });
  return {
    value: erased(value),
    ...(stable ? { stable: { ...stable, kept: undefined, value: erased(stable.value) } } : {}),
    log: log.map((edit) => ({
      ...edit,
      value: erased(edit.value),
      ...(edit.before === undefined ? {} : { before: erased(edit.before) }),
      ...(edit.kept === undefined ? {} : { kept: undefined }),
      ...(edit.or === undefined ? {} : { or: edit.or.map(reading) }),
    })),
  };
}

function eraseLink(link: Link, hashes: ReadonlyMap<ChangeHash, ChangeHash>, blank: Blank, hidesKey: boolean): Link {
  const attempt = (one: Attempt): Attempt => ({
    ...one,
    heads: renamedHeads(one.heads, hashes),
    registers: Object.fromEntries(
      Object.entries(one.registers).map(([name, told]) => [name, { ...told, value: blank.value(name, told.value) }]),
    ),
  });
  const unread = link.unread?.filter(({ register }) => !blank.concerns(register));
  const withheld = link.withheld && Object.entries(link.withheld);
  return {
    ...link,
    heads: renamedHeads(link.heads, hashes),
    ...(hidesKey ? { key: undefined } : {}),
    ...(link.planned ? { planned: attempt(link.planned) } : {}),
    ...(link.unconfirmed ? { unconfirmed: link.unconfirmed.map(attempt) } : {}),
    ...(link.parked ? { parked: attempt(link.parked) } : {}),
    ...(unread ? { unread: unread.length === 0 ? undefined : unread } : {}),
    ...(withheld
      ? { withheld: Object.fromEntries(withheld.map(([name, told]) => [name, { ...told, words: blank.reason(name, told.words) }])) }
      : {}),
  };
}

function entriesOf<Name extends string, Entry>(all: Readonly<Record<Name, Entry>>): readonly (readonly [Name, Entry])[] {
  const names: Name[] = [];
  for (const name in all) names.push(name);
  return names.map((name) => [name, all[name]]);
}
