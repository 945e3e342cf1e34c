import type { ChangeRow, ConflictRow, EditTold, FailureRow, OperatorAct, PatchLine, ResolutionTold, Stamp } from '@concord/core';

/**
 * How stories are written down in the ledger: short names, and nothing twice. Histories are most of a ledger's bytes, and nearly every
 * edit is told by the author of its change, at the stamp of that change.
 */
type StampShort = readonly [ms: number, count: number, system: Stamp['system']];

interface EditShort {
  readonly r: string;
  readonly v: EditTold['value'];
  readonly o?: EditTold['on'];
  /** Number, and what its author saw where that is not the one before. */
  readonly n: number;
  readonly w?: number;
  readonly s?: EditTold['system'];
  readonly t?: StampShort;
  readonly b?: string;
}

interface ResolutionShort {
  readonly r: string;
  readonly c: ResolutionTold['code'];
  readonly k: ResolutionTold['kind'];
  readonly v?: ResolutionTold['value'];
  readonly u: string;
  readonly w: string;
  readonly o?: ResolutionTold['base'];
  readonly f: readonly EditShort[];
  readonly l: readonly EditShort[];
}

interface ChangeShort {
  readonly a: ChangeRow['actor'];
  readonly s: ChangeRow['system'];
  readonly t: StampShort;
  readonly b?: string;
  readonly n?: string;
  readonly p: readonly PatchLine[];
  readonly e?: readonly EditShort[];
  readonly r?: readonly ResolutionShort[];
}

interface ConflictShort extends Omit<ConflictRow, 'id' | 'record' | 'entity' | 'state' | 'openedAtMs' | 'resolution'> {
  readonly resolution: ResolutionShort;
}

/** Who told, and when, where an edit does not say so itself. */
interface Author {
  readonly system: ChangeRow['system'];
  readonly stamp: Stamp;
}

export type ChangeTold = Omit<ChangeRow, 'record' | 'seq' | 'hash' | 'chunk'>;
export type ConflictTold = Omit<ConflictRow, 'id' | 'record' | 'entity' | 'state' | 'openedAtMs'>;

export function writeChange(change: ChangeTold): string {
  const short: ChangeShort = {
    a: change.actor,
    s: change.system,
    t: shortStamp(change.stamp),
    ...(change.by === undefined ? {} : { b: change.by }),
    ...(change.note === undefined ? {} : { n: change.note }),
    p: change.patch,
    ...(change.edits.length === 0 ? {} : { e: change.edits.map((edit) => shortEdit(edit, change)) }),
    ...(change.resolutions.length === 0 ? {} : { r: change.resolutions.map((told) => shortResolution(told, change)) }),
  };
  return JSON.stringify(short);
}

export function readChange(text: string): ChangeTold {
  return longChange(JSON.parse(text));
}

/** Several changes in one text, as `[…,…]`. */
export function readChanges(text: string): readonly ChangeTold[] {
  const all: readonly ChangeShort[] = JSON.parse(text);
  return all.map(longChange);
}

function longChange(short: ChangeShort): ChangeTold {
  const author = { system: short.s, stamp: longStamp(short.t) };
  return {
    actor: short.a,
    ...author,
    ...(short.b === undefined ? {} : { by: short.b }),
    ...(short.n === undefined ? {} : { note: short.n }),
    patch: short.p,
    edits: (short.e ?? []).map((edit) => longEdit(edit, author)),
    resolutions: (short.r ?? []).map((told) => longResolution(told, author)),
  };
}

export function writeConflict(conflict: ConflictRow): string {
  const { id: _id, record: _record, entity: _entity, state: _state, openedAtMs: _openedAtMs, resolution, ...rest } = conflict;
  const short: ConflictShort = { ...rest, resolution: shortResolution(resolution, undefined) };
  return JSON.stringify(short);
}

export function readConflict(text: string): ConflictTold {
  const short: ConflictShort = JSON.parse(text);
  return { ...short, resolution: longResolution(short.resolution, undefined) };
}

/** Failures and what people did are asked for seldom, and written as they are. */
export function readFailure(text: string): FailureRow {
  return JSON.parse(text);
}

export function readAct(text: string): OperatorAct {
  return JSON.parse(text);
}

function shortEdit(edit: EditTold, author: Author | undefined): EditShort {
  return {
    r: edit.register,
    v: edit.value,
    ...(edit.on === undefined ? {} : { o: edit.on }),
    n: edit.number,
    ...(edit.saw === edit.number - 1 ? {} : { w: edit.saw }),
    ...(edit.system === author?.system ? {} : { s: edit.system }),
    ...(sameStamp(edit.stamp, author?.stamp) ? {} : { t: shortStamp(edit.stamp) }),
    ...(edit.by === undefined ? {} : { b: edit.by }),
  };
}

function longEdit(short: EditShort, author: Author | undefined): EditTold {
  const system = short.s ?? author?.system;
  const stamp = short.t ? longStamp(short.t) : author?.stamp;
  if (system === undefined || stamp === undefined) throw new Error('An edit in the ledger does not say who made it.');
  return {
    register: short.r,
    system,
    value: short.v,
    ...(short.o === undefined ? {} : { on: short.o }),
    saw: short.w ?? short.n - 1,
    number: short.n,
    stamp,
    ...(short.b === undefined ? {} : { by: short.b }),
  };
}

function shortResolution(told: ResolutionTold, author: Author | undefined): ResolutionShort {
  return {
    r: told.register,
    c: told.code,
    k: told.kind,
    ...(told.value === undefined ? {} : { v: told.value }),
    u: told.rule,
    w: told.reason,
    ...(told.base === undefined ? {} : { o: told.base }),
    f: told.contributors.map((edit) => shortEdit(edit, author)),
    l: told.losers.map((edit) => shortEdit(edit, author)),
  };
}

function longResolution(short: ResolutionShort, author: Author | undefined): ResolutionTold {
  return {
    register: short.r,
    code: short.c,
    kind: short.k,
    ...(short.v === undefined ? {} : { value: short.v }),
    rule: short.u,
    reason: short.w,
    ...(short.o === undefined ? {} : { base: short.o }),
    contributors: short.f.map((edit) => longEdit(edit, author)),
    losers: short.l.map((edit) => longEdit(edit, author)),
  };
}

function shortStamp({ ms, count, system }: Stamp): StampShort {
  return [ms, count, system];
}

function longStamp([ms, count, system]: StampShort): Stamp {
  return { ms, count, system };
}

function sameStamp(a: Stamp, b: Stamp | undefined): boolean {
  return b !== undefined && a.ms === b.ms && a.count === b.count && a.system === b.system;
}
