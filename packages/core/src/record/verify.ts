import { messageOf } from '../errors/message-of.ts';
import { free, getConflicts, getHeads, isImmutableString, load, type Doc } from '@automerge/automerge';
import jsonPatch from 'fast-json-patch';
import { fieldsOf, type Table } from '../map/compile.ts';
import type { ChangeRow } from '../ports/plan.ts';
import { isTuple } from '../values.ts';
import { shifted } from './document.ts';
import { LIFE, type RecordState, type Register } from './record.ts';
import { registersIn } from './registers.ts';
import { operationOf } from './versions.ts';

/**
 * Loads a record's document from its chunks with Automerge, and holds it against the record row: same heads, same live operations, same
 * values; and folds the patches of its history, which must come to the merged values of the row. Answers what differs, in words; nothing
 * when they agree. Takes milliseconds: it is for checks, not for the way of an edit.
 */
export function verifyRecord(table: Table, record: RecordState, changes: readonly Pick<ChangeRow, 'chunk' | 'patch'>[]): readonly string[] {
  const wrong = verifyDocument(table, record, changes);
  return [...wrong, ...verifyPatches(table, record, changes)];
}

/** Every version's patch is the step from the merged values before it to those after it: all of them, in order, make the row. */
function verifyPatches(table: Table, record: RecordState, changes: readonly Pick<ChangeRow, 'patch'>[]): readonly string[] {
  const folded: Record<string, unknown> = {};
  try {
    jsonPatch.applyPatch(
      folded,
      changes.flatMap(({ patch }) => patch.map(operationOf)),
      true,
    );
  } catch (thrown) {
    return [`the patches do not follow one another: ${messageOf(thrown).split('\n', 1)[0]}`];
  }
  return mirroredIn(table, record).flatMap(([name, register]) => {
    if (register.isBlank) return [];
    const told = fieldsOf(table, name).map((field) => folded[field]);
    const same = told.every((value, index) => value === (isTuple(register.value) ? register.value[index] : register.value));
    return same ? [] : [`${name}: the patches come to another value than the row`];
  });
}

function verifyDocument(table: Table, record: RecordState, changes: readonly Pick<ChangeRow, 'chunk'>[]): readonly string[] {
  const document = load<Record<string, unknown>>(joined(changes.map(({ chunk }) => chunk)));
  try {
    const [heads, aside] = [getHeads(document).toSorted(), asideIn(table, record)];
    const wrong =
      heads.join() === record.heads.join() ? [] : [`the heads are ${heads.join(', ')}, the row says ${record.heads.join(', ')}`];
    return [
      ...wrong,
      ...mirroredIn(table, record).flatMap(([name, register]) => differences(document, fieldsOf(table, name), { register, aside })),
    ];
  } finally {
    free(document);
  }
}

/** Of what is not mirrored any more, or not so, nobody knows which keys of the document it stands for: another register may have them now. */
function isMirrored(table: Table, name: string): boolean {
  return name === LIFE || table.registers.has(name);
}

function mirroredIn(table: Table, record: RecordState): readonly (readonly [string, Register])[] {
  return Object.entries(registersIn(record)).filter(([name]) => isMirrored(table, name));
}

/** Operations of registers that are not mirrored any more: they stay where nobody has written over them. */
function asideIn(table: Table, record: RecordState): ReadonlySet<string> {
  const aside = Object.entries(registersIn(record)).filter(([name]) => !isMirrored(table, name));
  return new Set(
    aside.flatMap(([, { ops, value }]) =>
      ops.flatMap((op) => Array.from({ length: isTuple(value) ? value.length : 1 }, (_, index): string => shifted(op, index))),
    ),
  );
}

interface Checked {
  readonly register: Register;
  readonly aside: ReadonlySet<string>;
}

function differences(document: Doc<Record<string, unknown>>, fields: readonly string[], { register, aside }: Checked): readonly string[] {
  if (register.ops.length === 0) return [];
  return fields.flatMap((field, index) => {
    const live = Object.keys(getConflicts(document, field) ?? {}).toSorted();
    const expected = register.ops.map((op): string => shifted(op, index)).toSorted();
    const others = live.filter((op) => !aside.has(op) || expected.includes(op));
    const ops = expected.length > 1 && others.join() !== expected.join() ? [`${field}: the live operations are ${live.join(', ')}`] : [];
    // While a register is held the document shows one of the rivals, and the row the value that was agreed last.
    const value = isTuple(register.value) ? register.value[index] : register.value;
    const same = register.held !== undefined || plain(document[field]) === value;
    return same ? ops : [...ops, `${field}: the document holds another value than the row`];
  });
}

function plain(value: unknown): unknown {
  return isImmutableString(value) ? value.val : value;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
