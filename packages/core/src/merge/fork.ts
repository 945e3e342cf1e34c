import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { RECORD_ID_CHARS, recordId, type RecordId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { ForkRule } from '../map/relations.ts';
import { identityText } from '../map/translate.ts';
import type { EditTold, Plan, ResolutionTold } from '../ports/plan.ts';
import { LIFE } from '../record/record.ts';
import { isEmpty, sameValue } from '../values.ts';
import type { Context } from './draft.ts';
import { born } from './stub.ts';
import { must } from '../errors/must.ts';

/** The edits of a decision whose values are nowhere else. */
export function forkedBy({ kind, value, losers }: ResolutionTold): readonly EditTold[] {
  if (kind === 'held') return [];
  return losers.filter((edit) => !isEmpty(edit.value) && (value === undefined || !sameValue(edit.value, value)));
}

/** The record that is made of an edit: of one edit always the same, so that it is made once. */
export function forkId(from: RecordId, { register, number }: Pick<EditTold, 'register' | 'number'>): RecordId {
  return recordId(bytesToHex(sha256(utf8ToBytes(JSON.stringify([from, register, number])))).slice(0, RECORD_ID_CHARS));
}

/** A record of its own for a value that lost elsewhere, made in the name and at the time of the edit that set it. */
export function forked(from: RecordId, edit: EditTold, rule: ForkRule, table: Table, context: Context): Plan {
  const id = forkId(from, edit);
  const [key] = table.map.key;
  const system = must(table.systems.find((name) => name === edit.system) ?? table.systems[0], 'a table has systems');
  const values = [
    { name: LIFE, value: 'live' },
    ...(key === undefined ? [] : [{ name: key, value: id }]),
    { name: rule.field, value: edit.value },
    { name: rule.link, value: from },
  ];
  const row = { system, modifiedAtMs: edit.stamp.ms, ...(edit.by === undefined ? {} : { by: edit.by }) };
  return born(values, row, {
    table,
    context: { ...context, newRecord: id },
    ...(key === undefined ? {} : { identity: identityText([id]) }),
  });
}
