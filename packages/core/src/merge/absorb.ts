import type { OpId, SystemId } from '../ids.ts';
import type { MappedRow } from '../map/mapped.ts';
import { isEmpty } from '../policy/edits.ts';
import { PLAIN } from '../policy/kind.ts';
import { actorOf } from '../record/actors.ts';
import { LIFE, type Attempt, type Link, type Register, type Shadow } from '../record/record.ts';
import { rest } from '../record/rest.ts';
import { sameValue, type Value } from '../values.ts';
import { judge } from './judge.ts';
import { latestStamp, linkOf, putLink, putRegister, registerOf, tell, toldEdit, write, type Draft } from './draft.ts';
import { admit } from './frontier.ts';
import { must } from '../errors/must.ts';

/** A user's clock may run ahead by this much before it is no longer believed. */
const CLOCK_AHEAD_MS_MAX = 5 * 60_000;

interface Found {
  readonly name: string;
  readonly value: Value;
  readonly shadow: Shadow | undefined;
}

/**
 * Takes what a row says into the record: what differs from the shadow is an edit, unless it is a write of our own coming back.
 * The row is known to be newer than the link's version.
 */
export function absorb(draft: Draft, row: MappedRow): void {
  const link = linkOf(draft, row.system);
  // What was surely not sent cannot come back: a user who sets the same value makes an edit of their own.
  const attempts = [...(link.unconfirmed ?? []), ...(link.planned ? [link.planned] : [])].filter(({ id }) => !draft.context.neverSent(id));
  recogniseEchoes(draft, row, attempts);
  if (link.state !== 'present') putLink(draft, row.system, { ...linkOf(draft, row.system), heads: draft.record.heads });
  const found = [...lifeOf(draft, row, link), ...editsOf(draft, row)];
  relink(draft, row, attempts);
  reportUnreadable(draft, row);
  enter(draft, found, row);
}

/** Takes edits of one author into the document and the registers, and has everything that they touch decided. */
export function enter(draft: Draft, found: readonly Found[], row: Pick<MappedRow, 'system' | 'modifiedAtMs' | 'by'>): void {
  if (found.length === 0) return;
  const { system, by } = row;
  const link = linkOf(draft, system);
  const atMs = Math.min(row.modifiedAtMs ?? draft.context.nowMs, draft.context.nowMs + CLOCK_AHEAD_MS_MAX);
  const ops = append(draft, found, row, atMs, link);
  const seq = draft.record.seq;
  putLink(draft, system, { ...linkOf(draft, system), ownSeq: seq, heads: [must(draft.changes.at(-1), 'just appended').hash] });
  found.forEach(({ name, value, shadow }, index) => {
    const op = must(ops[index], 'each register has its operation');
    const incoming = { op, system, value, atMs, ...(shadow ? { shadow } : {}), ...(by === undefined ? {} : { by }) };
    putRegister(draft, name, admit(registerOf(draft, name), incoming, ruleOrLife(draft, name)));
  });
  tellEdits(
    draft,
    seq,
    found.map(({ name }) => name),
    system,
  );
  judge(draft, touched(draft, found), seq);
}

const LIFE_RULE = { traits: PLAIN, type: { kind: 'text' } } as const;

export function ruleOrLife(draft: Draft, name: string): Parameters<typeof admit>[2] {
  return name === LIFE ? LIFE_RULE : must(draft.table.registers.get(name), 'a touched register is in the table map');
}

/** While a record counts as deleted, every further edit may be the one that speaks against it. */
function touched(draft: Draft, found: readonly Found[]): readonly string[] {
  const names = found.map(({ name }) => name);
  const dead = draft.registers[LIFE]?.value === 'deleted' || draft.registers[LIFE]?.held !== undefined;
  return names.includes(LIFE) || !dead ? names : [...names, LIFE];
}

function append(draft: Draft, found: readonly Found[], row: Pick<MappedRow, 'system' | 'by'>, atMs: number, link: Link): readonly OpId[] {
  const stamp = { ms: atMs, count: 0, system: row.system };
  const writing = { author: row.system, stamp, deps: link.heads, ...(row.by === undefined ? {} : { by: row.by }) };
  return write(draft, writing, new Map(found.map(({ name, value, shadow }) => [name, { value, pred: shadow?.ops ?? [] }]))).ops;
}

export function tellEdits(draft: Draft, seq: number, names: readonly string[], system: string): void {
  const entered = names.flatMap((name) => {
    const edit = draft.registers[name]?.frontier.findLast((candidate) => candidate.system === system);
    return edit ? [[name, edit] as const] : [];
  });
  const told = entered.map(([name, edit]) => toldEdit(name, edit));
  tell(draft, seq, { patch: [], edits: told, resolutions: [] });
  const stamp = latestStamp(
    entered.map(([, edit]) => edit),
    must(draft.changes.at(-1), 'just appended').stamp,
  );
  draft.changes = draft.changes.map((change) => (change.seq === seq ? { ...change, stamp } : change));
}

/** Values that we may have written ourselves are ours, whichever of several attempts they come from. */
function recogniseEchoes(draft: Draft, row: MappedRow, attempts: readonly Attempt[]): void {
  if (attempts.length === 0) return;
  for (const [name, value] of row.values) {
    const register = draft.registers[name];
    const shadow = register?.shadows[row.system];
    if (!register || (shadow && sameValue(shadow.value, value))) continue;
    const attempt = attempts.findLast(({ registers }) => registers[name] && sameValue(registers[name].value, value));
    const echo = attempt?.registers[name];
    if (!attempt || !echo) continue;
    putShadow(draft, name, register, row.system, { value, ops: echo.ops, saw: echo.saw });
    see(draft, row.system, attempt);
  }
}

/** The heads that the system has now seen: those of the attempt, and its own last change if that is not among their past. */
export function see(draft: Draft, system: SystemId, attempt: Attempt): void {
  const link = linkOf(draft, system);
  const own = draft.record.actors[actorOf(system)];
  const heads = own && link.ownSeq > attempt.seq ? [...attempt.heads, own.hash].toSorted() : attempt.heads;
  putLink(draft, system, { ...link, heads });
}

export function putShadow(draft: Draft, name: string, register: Register, system: string, shadow: Shadow): void {
  putRegister(draft, name, { ...register, shadows: { ...register.shadows, [system]: shadow } });
}

/** The first sight of a row is a sign of life; so is the return of one that was deleted. */
function lifeOf(draft: Draft, row: MappedRow, link: Link): readonly Found[] {
  const life = draft.registers[LIFE];
  if (!life) return [{ name: LIFE, value: 'live', shadow: undefined }];
  if (link.state === 'present') return [];
  const planned = link.planned?.kind === 'create' || link.unconfirmed?.some((attempt) => attempt.kind === 'create');
  const seen: Shadow = { value: life.value, ops: life.ops, saw: life.count };
  if (life.value === 'live' || planned) {
    putShadow(draft, LIFE, life, row.system, { ...seen, value: 'live' });
    return [];
  }
  // A row that is made anew after its record was deleted everywhere brings the record back to life.
  return [{ name: LIFE, value: 'live', shadow: seen }];
}

function editsOf(draft: Draft, row: MappedRow): readonly Found[] {
  const found: Found[] = [];
  for (const [name, value] of row.values) {
    const shadow = draft.registers[name]?.shadows[row.system];
    if (shadow ? !sameValue(shadow.value, value) : !firstSight(draft, row.system, name, value)) found.push({ name, value, shadow });
  }
  return found;
}

/**
 * What is nobody's edit when a system is seen for the first time: an empty column, which must not wipe out what another system holds,
 * and the very value that is merged already.
 */
function firstSight(draft: Draft, system: SystemId, name: string, value: Value): boolean {
  const register = registerOf(draft, name);
  const agrees = register.count > 0 && !register.held && sameValue(register.value, value);
  if (!agrees && !isEmpty(value)) return false;
  const shadow = agrees ? { value, ops: register.ops, saw: register.count } : { value, ops: [], saw: 0 };
  putRegister(
    draft,
    name,
    agrees
      ? rest({ ...register, shadows: { ...register.shadows, [system]: shadow } })
      : { ...register, shadows: { ...register.shadows, [system]: shadow } },
  );
  return true;
}

function relink(draft: Draft, row: MappedRow, attempts: readonly Attempt[]): void {
  const { key: old, planned, unconfirmed: _unconfirmed, unread, ...link } = linkOf(draft, row.system);
  if (old !== row.key) {
    if (old !== undefined) draft.unlinked.push({ system: row.system, key: old });
    draft.linked.push({ system: row.system, key: row.key });
  }
  if (planned || unread) draft.deliveries.set(row.system, undefined);
  // An attempt that still expects this very version may yet be applied; all others were, or never will be.
  const open = attempts.filter((attempt) => attempt.expected === row.version);
  putLink(draft, row.system, {
    ...link,
    key: row.key,
    state: 'present',
    version: row.version,
    ...(row.waitsFor.length > 0 ? { unread: row.waitsFor } : {}),
    ...(open.length > 0 ? { unconfirmed: open } : {}),
  });
  const { identity } = row;
  if (identity !== undefined && draft.record.identity === undefined) draft.record = { ...draft.record, identity };
}

function reportUnreadable(draft: Draft, row: MappedRow): void {
  for (const { register, words } of row.unreadable) {
    draft.failures.push({
      atMs: draft.context.nowMs,
      system: row.system,
      entity: draft.record.entity,
      record: draft.record.id,
      key: row.key,
      code: 'VALUE_UNREADABLE',
      words: `${register}: ${words}`,
    });
  }
}
