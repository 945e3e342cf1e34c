import { deliveryId, type RecordId, type SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { UniqueRule } from '../map/relations.ts';
import type { Ledger } from '../ports/ledger.ts';
import type { Plan } from '../ports/plan.ts';
import { copyOfLink } from '../record/copies.ts';
import type { Attempt, RecordState } from '../record/record.ts';
import { registerIn } from '../record/registers.ts';
import { mergedIn, others, rowMark } from './kin.ts';
import { relate } from './questions.ts';

/**
 * Whose turn it is where records pass unique values on: a row may only take a value that no other row of the system has any more.
 * `after`: another record must be written first. `aside`: they wait for each other in a circle, and this one lets go of its value first.
 */
export type Turn =
  | { readonly kind: 'free' }
  | { readonly kind: 'after'; readonly records: readonly RecordId[]; readonly words: string }
  | { readonly kind: 'aside'; readonly rule: UniqueRule; readonly words: string };

/** Circles of more records than this are not looked for: their records wait for each other, and that is told. */
const CIRCLE_MAX = 64;

export async function turnOf(ledger: Ledger, table: Table, record: RecordState, planned: Attempt, system: SystemId): Promise<Turn> {
  for (const rule of table.relations.unique) {
    if (planned.kind === 'delete' || !rule.registers.some((name) => planned.registers[name])) continue;
    const circle = [record.id];
    let holder = await holderOf(ledger, rule, record, system);
    const first = holder;
    while (holder && holder.id !== record.id && !circle.includes(holder.id) && circle.length < CIRCLE_MAX) {
      circle.push(holder.id);
      holder = await holderOf(ledger, rule, holder, system);
    }
    if (!first) continue;
    const words = `${rule.fields.join(' and ')} is still in the row of the record ${first.id} in ${system}`;
    const isFirst = holder?.id === record.id && circle.every((id) => record.id <= id);
    return isFirst ? { kind: 'aside', rule, words } : { kind: 'after', records: circle, words };
  }
  return { kind: 'free' };
}

/** The record whose row in a system still has the value that another is to get. */
async function holderOf(ledger: Ledger, rule: UniqueRule, record: RecordState, system: SystemId): Promise<RecordState | undefined> {
  const text = rule.text(mergedIn(record));
  if (text === undefined) return undefined;
  const changing = await others(ledger, record.entity, rowMark(rule, system, text), record.id);
  const staying = await others(ledger, record.entity, `${rule.name}:${text}`, record.id);
  return [...changing, ...staying].find((other) => rule.text((name) => registerIn(other, name)?.shadows[system]?.value) === text);
}

/** A write of a value that nobody has, in place of one that another record waits for. `undefined`: the field cannot hold such a value. */
export function asideAttempt(record: RecordState, table: Table, rule: UniqueRule, system: SystemId): Attempt | undefined {
  const link = record.links[system];
  const name = rule.registers.find(
    (register) => table.registers.get(register)?.type.kind === 'text' && table.registers.get(register)?.fields.length === 1,
  );
  const shadow = name === undefined ? undefined : registerIn(record, name)?.shadows[system];
  if (!link || name === undefined || !shadow) return undefined;
  return {
    id: deliveryId(record.id, system, record.revision + 1),
    kind: 'update',
    expected: link.version,
    // It reflects what the row reflected before: what is to be written is still to be written.
    registers: { [name]: { value: `~${record.id.slice(0, ASIDE_CHARS)}`, ops: shadow.ops, saw: shadow.saw } },
    heads: link.heads,
    seq: record.seq,
  };
}

/** Short columns must hold it, and no two records share it. */
const ASIDE_CHARS = 12;

/** Remembers the attempt before it is sent: whoever reads the row then knows the value for ours, also after a crash. */
export function rememberAside(record: RecordState, system: SystemId, planned: Attempt, aside: Attempt): Plan | undefined {
  const link = record.links[system];
  if (!link || link.planned?.id !== planned.id || link.version !== aside.expected) return undefined;
  const next = copyOfLink(link);
  next.unconfirmed = [...(link.unconfirmed ?? []), aside];
  const plan = relate(record, record.relations ?? {});
  return { ...plan, record: { ...plan.record, links: { ...record.links, [system]: next } } };
}
