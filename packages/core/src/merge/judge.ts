import { conflictId, type OpId } from '../ids.ts';
import { fieldsOf, type RegisterRule } from '../map/compile.ts';
import type { ConflictRow, ResolutionTold } from '../ports/plan.ts';
import { CONCORD } from '../record/actors.ts';
import { LIFE, type Edit, type Register } from '../record/record.ts';
import { sameValue, type Value } from '../values.ts';
import { decide, type Decision } from './decide.ts';
import { latestStamp, patchOf, putRegister, registersNow, tell, toldEdit, write, type Draft } from './draft.ts';
import { accept, stillStoodOn, viewOf } from './frontier.ts';
import { decideLife, rivalsOfDeletion } from './life.ts';
import { must } from '../errors/must.ts';

interface Judged {
  readonly name: string;
  readonly register: Register;
  readonly decision: Decision;
  readonly told: ResolutionTold | undefined;
}

/**
 * Decides every register that was touched: what is agreed stands, what a rule settles is written as a change of Concord's own that
 * replaces the whole live set, what is held waits. `cause` is the number of the change that touched them, which tells what it brought.
 */
export function judge(draft: Draft, names: readonly string[], cause: number, overruled: Overruled = {}): void {
  const before = registersNow(draft, names);
  const judged = names.map((name) => judgeOne(draft, name, overruled[name]));
  const resolved = judged.filter((item) => item.decision.kind === 'settled' || needsMerge(item));
  const plain = judged.filter((item) => !resolved.includes(item));
  for (const item of plain) settlePlain(draft, item, cause);
  tell(draft, cause, {
    patch: patchOf(
      draft,
      before,
      plain.map((item) => item.name),
    ),
    edits: [],
    resolutions: plain.flatMap((item) => item.told ?? []),
  });
  if (resolved.length > 0) writeResolutions(draft, resolved);
}

/** By register: what a ruling put an end to. */
export type Overruled = Readonly<Record<string, readonly Edit[]>>;

function judgeOne(draft: Draft, name: string, overruled: readonly Edit[] | undefined): Judged {
  const register = must(draft.registers[name], 'a touched register exists');
  const decision = name === LIFE ? decideLife(draft) : decideField(draft, name, register);
  return {
    name,
    register,
    decision,
    told: overruled ? tellRuling(name, register, overruled) : tellDecision(draft, name, register, decision),
  };
}

function decideField(draft: Draft, name: string, register: Register): Decision {
  const rule = must(draft.table.registers.get(name), 'a touched register is in the table map');
  return decide(rule, viewOf(register, rule));
}

/** An agreed value still needs a change of its own when the document's live set holds more than the agreeing edits. */
function needsMerge({ register, decision }: Judged): boolean {
  if (decision.kind !== 'agreed') return false;
  return register.ops.some((op) => !register.frontier.some((edit) => edit.op === op));
}

function settlePlain(draft: Draft, { name, register, decision, told }: Judged, cause: number): void {
  if (decision.kind === 'held') {
    const opened = register.held ?? { id: conflictId(draft.record.id, name, cause), seq: cause, atMs: draft.context.nowMs };
    const held = { ...opened, code: decision.code };
    putRegister(draft, name, { ...register, held, agreed: stillStoodOn(register) });
    draft.conflicts.push(conflictOf(draft, name, held, must(told, 'a held decision is told'), 'held'));
    return;
  }
  closeConflict(draft, { name, register, decision, told }, cause);
  putRegister(draft, name, settled(register, decision.value, register.ops, undefined));
}

function settled(register: Register, value: Value, ops: readonly OpId[], verdict: Register['verdict']): Register {
  const { held: _held, verdict: _verdict, ...rest } = accept(register, value, ops);
  return verdict ? { ...rest, verdict } : rest;
}

function writeResolutions(draft: Draft, items: readonly Judged[]): void {
  const names = items.map((item) => item.name);
  const before = registersNow(draft, names);
  const stamp = latestStamp(
    items.flatMap((item) => item.register.frontier),
    { ms: draft.context.nowMs, count: 0, system: CONCORD },
  );
  const encoded = write(
    draft,
    { author: CONCORD, stamp, deps: draft.record.heads },
    new Map(items.map(({ name, register, decision }) => [name, { value: valueOf(decision), pred: register.ops }])),
  );
  const seq = draft.record.seq;
  items.forEach((item, index) => {
    const { name, register, decision } = item;
    const verdict = decision.kind === 'settled' ? { rule: decision.rule, reason: decision.reason, seq } : undefined;
    closeConflict(draft, item, seq);
    putRegister(draft, name, settled(register, valueOf(decision), [must(encoded.ops[index], 'each register has its operation')], verdict));
  });
  tell(draft, seq, {
    patch: patchOf(draft, before, names),
    edits: [],
    resolutions: items.flatMap((item) => item.told ?? []),
  });
}

function valueOf(decision: Decision): Value {
  return decision.kind === 'held' ? null : decision.value;
}

/** A conflict that was open is closed; one that a rule settled at once is kept as well, so that every loser can be found. */
function closeConflict(draft: Draft, { name, register, decision, told }: Judged, seq: number): void {
  const now = { closedSeq: seq, closedAtMs: draft.context.nowMs };
  const byPerson = register.frontier.some((edit) => edit.system === 'person');
  if (register.held) {
    const resolution = told ?? agreement(name, register, valueOf(decision));
    draft.conflicts.push({ ...conflictOf(draft, name, register.held, resolution, byPerson ? 'resolved' : 'settled'), ...now });
    return;
  }
  if (!told || decision.kind !== 'settled') return;
  const opened = { id: conflictId(draft.record.id, name, seq), seq, atMs: draft.context.nowMs };
  draft.conflicts.push({ ...conflictOf(draft, name, opened, told, 'settled'), ...now });
}

function conflictOf(
  draft: Draft,
  register: string,
  opened: Omit<NonNullable<Register['held']>, 'code'>,
  resolution: ResolutionTold,
  state: ConflictRow['state'],
): ConflictRow {
  const { id: record, entity } = draft.record;
  const fields = fieldsOf(draft.table, register);
  const { id, seq: openedSeq, atMs: openedAtMs } = opened;
  return { id, record, entity, register, fields, code: resolution.code, state, resolution, openedSeq, openedAtMs };
}

function tellDecision(draft: Draft, name: string, register: Register, decision: Decision): ResolutionTold | undefined {
  if (decision.kind === 'agreed') {
    const rivals = register.frontier.length > 1 && register.frontier.some((edit) => edit.on !== undefined);
    return rivals ? agreement(name, register, decision.value) : undefined;
  }
  const base = name === LIFE ? undefined : viewOf(register, ruleOf(draft, name)).base;
  const losers = decision.kind === 'settled' ? decision.losers.map((edit) => toldEdit(name, edit)) : [];
  const rivals = name === LIFE ? rivalsOfDeletion(draft).map(([field, edit]) => toldEdit(field, edit)) : [];
  return {
    register: name,
    code: decision.code,
    kind: decision.kind,
    ...(decision.kind === 'settled' ? { value: decision.value } : {}),
    rule: decision.rule,
    reason: decision.reason,
    ...(base === undefined ? {} : { base }),
    contributors: [...register.frontier.map((edit) => toldEdit(name, edit)), ...rivals],
    losers: [...losers, ...(decision.kind === 'settled' && decision.value === 'deleted' ? rivals : [])],
  };
}

function ruleOf(draft: Draft, name: string): RegisterRule {
  return must(draft.table.registers.get(name), 'a touched register is in the table map');
}

function agreement(register: string, { frontier }: Register, value: Value): ResolutionTold {
  const contributors = frontier.map((edit) => toldEdit(register, edit));
  const reason = 'all sides came to the same value';
  return { register, code: 'C03', kind: 'settled', value, rule: 'convergent', reason, contributors, losers: [] };
}

/** A person decided: everything else that stood there has lost, and can be found again. */
function tellRuling(register: string, { frontier, held }: Register, overruled: readonly Edit[]): ResolutionTold {
  const ruling = must(frontier.at(-1), 'a ruling is an edit');
  const { value, by } = ruling;
  return {
    register,
    code: held?.code ?? 'C01',
    kind: 'settled',
    value,
    rule: 'ruling',
    reason: `${by ?? 'a person'} decided`,
    contributors: [...overruled, ruling].map((edit) => toldEdit(register, edit)),
    losers: overruled.filter((edit) => !sameValue(edit.value, value)).map((edit) => toldEdit(register, edit)),
  };
}
