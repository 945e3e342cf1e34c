import {
  actorOf,
  epochOfAnyTime,
  isTuple,
  systemId,
  valueText,
  type ChangeRow,
  type ConflictRow,
  type EditTold,
  type FailureRow,
  type OperatorAct,
  type PatchLine,
  type ResolutionTold,
  type Scalar,
  type Stamp,
  type Value,
} from '@concord/core';

/**
 * How stories are written down in the ledger: short names, and nothing twice. Histories are most of a ledger's bytes; nearly every edit is
 * told by the author of its change, at the stamp of that change, and nearly every patch only says of a field that it took an edit's value.
 * The text of a change is put together here, which takes a third of the time of making an object first: it happens for every edit.
 */
type StampShort = readonly [ms: number, count: number, system: Stamp['system']];

/**
 * r register, v value, o on, n number, w what its author saw where that is not the number before, q up to where all was closed where that is not
 * what the author saw, j the step that it stands for as well, d what it was perhaps made on instead, s system, t stamp, b by.
 */
interface EditShort {
  readonly r: string;
  readonly v: EditTold['value'];
  readonly o?: EditTold['on'];
  readonly n: number;
  readonly w?: number;
  readonly q?: number;
  readonly j?: number;
  readonly d?: EditTold['or'];
  readonly s?: EditTold['system'];
  readonly t?: StampShort;
  readonly b?: string;
}

/** u rule, w reason, o base, f contributors, l losers: places among the contributors, or edits that are not there. */
interface ResolutionShort {
  readonly r: string;
  readonly c: ResolutionTold['code'];
  readonly k?: 'held';
  readonly v?: ResolutionTold['value'];
  readonly u: string;
  readonly w: string;
  readonly o?: ResolutionTold['base'];
  readonly f: readonly EditShort[];
  readonly l?: readonly (number | EditShort)[];
}

/** A line of a patch: whole, or `=field` (replaced) or `+field` (added) with the value that the change tells for it. */
type LineShort = string | PatchLine;

/** k when it was taken in, as ms behind its stamp. */
interface ChangeShort {
  readonly s: ChangeRow['system'];
  readonly t: StampShort;
  readonly k?: number;
  readonly b?: string;
  readonly n?: string;
  readonly p?: readonly LineShort[];
  readonly e?: readonly EditShort[];
  readonly r?: readonly ResolutionShort[];
  readonly a?: readonly string[];
  readonly x?: readonly string[];
  readonly z?: ChangeRow['epoch'];
}

interface ConflictShort extends Omit<ConflictRow, 'id' | 'record' | 'entity' | 'state' | 'openedAtMs' | 'resolution'> {
  readonly resolution: ResolutionShort;
}

/** Who told, and when, where an edit does not say so itself. */
interface Author {
  readonly system: ChangeRow['system'];
  readonly stamp: Stamp;
}

type Told = Pick<ChangeRow, 'edits' | 'resolutions'>;

export type ChangeTold = Omit<ChangeRow, 'record' | 'seq' | 'hash' | 'chunk'>;
export type ConflictTold = Omit<ConflictRow, 'id' | 'record' | 'entity' | 'state' | 'openedAtMs'>;

export function writeChange(change: ChangeTold): string {
  const { system, stamp, knownAtMs, by, note, patch, edits, resolutions, again, erased, epoch } = change;
  let text = `{"s":"${system}","t":${stampText(stamp)}`;
  if (knownAtMs !== undefined) text += `,"k":${knownAtMs - stamp.ms}`;
  if (by !== undefined) text += `,"b":${valueText(by)}`;
  if (note !== undefined) text += `,"n":${valueText(note)}`;
  if (patch.length > 0) text += `,"p":[${patch.map((line) => lineText(line, change)).join(',')}]`;
  if (edits.length > 0) text += `,"e":[${edits.map((edit) => editText(edit, change)).join(',')}]`;
  if (resolutions.length > 0) text += `,"r":[${resolutions.map((told) => resolutionText(told, change)).join(',')}]`;
  if (again !== undefined) text += `,"a":${JSON.stringify(again)}`;
  if (erased !== undefined) text += `,"x":${JSON.stringify(erased)}`;
  if (epoch !== undefined) text += `,"z":${JSON.stringify(epoch)}`;
  return `${text}}`;
}

function lineText(line: PatchLine, told: Told): string {
  const mark = line.op === 'add' ? '+' : '=';
  const field = line.path.slice(1);
  const isTold = line.op !== 'remove' && line.value !== undefined && line.path.startsWith('/') && valueTold(told, field) === line.value;
  return isTold ? valueText(`${mark}${field}`) : JSON.stringify(line);
}

/** The value that a change tells for a field of its own: as decided, else as edited. */
function valueTold({ edits, resolutions }: Told, field: string): Scalar | undefined {
  const decided = resolutions.find(({ register, value }) => register === field && value !== undefined)?.value;
  const value = decided ?? edits.find(({ register }) => register === field)?.value;
  return value === undefined || isTuple(value) ? undefined : value;
}

function editText(
  { register, system, value, on, saw, closed, joins, or, number, stamp, by }: EditTold,
  author: Author | undefined,
): string {
  let text = `{"r":${valueText(register)},"v":${valueText(value)}`;
  if (on !== undefined) text += `,"o":${valueText(on)}`;
  text += `,"n":${number}`;
  if (saw !== number - 1) text += `,"w":${saw}`;
  if (closed !== undefined) text += `,"q":${closed}`;
  if (joins !== undefined) text += `,"j":${joins}`;
  if (or !== undefined) text += `,"d":${JSON.stringify(or)}`;
  if (system !== author?.system) text += `,"s":"${system}"`;
  if (!sameStamp(stamp, author?.stamp)) text += `,"t":${stampText(stamp)}`;
  if (by !== undefined) text += `,"b":${valueText(by)}`;
  return `${text}}`;
}

function resolutionText(told: ResolutionTold, author: Author | undefined): string {
  const { register, code, kind, value, rule, reason, base, contributors, losers } = told;
  let text = `{"r":${valueText(register)},"c":"${code}"`;
  if (kind === 'held') text += `,"k":"held"`;
  if (value !== undefined) text += `,"v":${valueText(value)}`;
  text += `,"u":${valueText(rule)},"w":${valueText(reason)}`;
  if (base !== undefined) text += `,"o":${valueText(base)}`;
  text += `,"f":[${contributors.map((edit) => editText(edit, author)).join(',')}]`;
  if (losers.length > 0) text += `,"l":[${losers.map((edit) => loserText(edit, contributors, author)).join(',')}]`;
  return `${text}}`;
}

function loserText(loser: EditTold, contributors: readonly EditTold[], author: Author | undefined): string {
  const place = contributors.findIndex((edit) => sameEdit(edit, loser));
  return place < 0 ? editText(loser, author) : String(place);
}

function sameEdit(a: EditTold, b: EditTold): boolean {
  if (a === b) return true;
  const same =
    a.register === b.register &&
    a.system === b.system &&
    a.number === b.number &&
    a.saw === b.saw &&
    a.closed === b.closed &&
    a.by === b.by;
  return same && sameStamp(a.stamp, b.stamp) && sameText(a.value, b.value) && sameText(a.on, b.on);
}

function sameText(a: Value | undefined, b: Value | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && valueText(a) === valueText(b));
}

function stampText({ ms, count, system }: Stamp): string {
  return `[${ms},${count},"${system}"]`;
}

export function readChange(text: string): ChangeTold {
  return longChange(JSON.parse(text));
}

/** Several changes in one text, as `[…,…]`. */
export function readChanges(text: string): readonly ChangeTold[] {
  const all: readonly ChangeShort[] = JSON.parse(text);
  return all.map(longChange);
}

function longChange({ s, t, k, b, n, p = [], e = [], r = [], a, x, z }: ChangeShort): ChangeTold {
  const system = systemId(s);
  const author = { system, stamp: longStamp(t) };
  const told = { edits: e.map((edit) => longEdit(edit, author)), resolutions: r.map((resolution) => longResolution(resolution, author)) };
  return {
    actor: actorOf(system),
    ...author,
    ...(k === undefined ? {} : { knownAtMs: author.stamp.ms + k }),
    ...(b === undefined ? {} : { by: b }),
    ...(n === undefined ? {} : { note: n }),
    patch: p.map((line) => longLine(line, told)),
    ...told,
    ...(a === undefined ? {} : { again: a }),
    ...(x === undefined ? {} : { erased: x }),
    ...(z === undefined ? {} : { epoch: epochOfAnyTime(z) }),
  };
}

function longLine(line: LineShort, told: Told): PatchLine {
  if (typeof line !== 'string') return line;
  const value = valueTold(told, line.slice(1));
  if (value === undefined) throw new Error(`A patch speaks of "${line.slice(1)}", of which its change does not tell.`);
  return { op: line.startsWith('+') ? 'add' : 'replace', path: `/${line.slice(1)}`, value };
}

export function writeConflict(conflict: ConflictRow): string {
  const { id: _id, record: _record, entity: _entity, state: _state, openedAtMs: _openedAtMs, resolution, ...rest } = conflict;
  return `${JSON.stringify(rest).slice(0, -1)},"resolution":${resolutionText(resolution, undefined)}}`;
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
    ...(short.q === undefined ? {} : { closed: short.q }),
    ...(short.j === undefined ? {} : { joins: short.j }),
    ...(short.d === undefined ? {} : { or: short.d }),
  };
}

function longResolution(short: ResolutionShort, author: Author | undefined): ResolutionTold {
  const contributors = short.f.map((edit) => longEdit(edit, author));
  return {
    register: short.r,
    code: short.c,
    kind: short.k ?? 'settled',
    ...(short.v === undefined ? {} : { value: short.v }),
    rule: short.u,
    reason: short.w,
    ...(short.o === undefined ? {} : { base: short.o }),
    contributors,
    losers: (short.l ?? []).flatMap((loser) => (typeof loser === 'number' ? (contributors[loser] ?? []) : longEdit(loser, author))),
  };
}

function longStamp([ms, count, system]: StampShort): Stamp {
  return { ms, count, system };
}

function sameStamp(a: Stamp, b: Stamp | undefined): boolean {
  return b !== undefined && a.ms === b.ms && a.count === b.count && a.system === b.system;
}
