import {
  changeAt,
  choicesOf,
  ConcordError,
  isCanonical,
  keyOf,
  LIFE,
  members,
  recordId,
  systemId,
  type ConflictRow,
  type FieldMap,
  type Ledger,
  type RecordId,
  type RulingAsk,
  type Scalar,
  type Table,
  type Value,
} from '@concord/core';
import { Type, type Static } from 'typebox';
import { MASK } from '../access/mask.ts';

/** What a person may decide; one of these. */
export const choices = {
  side: Type.Optional(Type.String({ maxLength: 100, description: 'The system whose value shall stand, as `sides` tells it' })),
  values: Type.Optional(
    Type.Record(Type.String(), Type.Unknown(), {
      description: 'Or the value itself, of every field of the conflict, written as the conflict writes it',
    }),
  ),
  version: Type.Optional(
    Type.Integer({ minimum: 1, description: 'Or what was set in this version of the record, as its history tells it' }),
  ),
  join: Type.Optional(Type.String({ maxLength: 100, description: 'About a record as a whole: the record that it is the same as' })),
  apart: Type.Optional(Type.Literal(true, { description: 'Or that it is none of them' })),
  row: Type.Optional(Type.String({ maxLength: 1000, description: 'Or the row that is mirrored' })),
};

const choice = Type.Object(choices);
type Choice = Static<typeof choice>;

interface Rooms {
  readonly ledger: Ledger;
  readonly tables: ReadonlyMap<string, Table>;
}

/** What was chosen, once it is known to fit. Throws REQUEST_WRONG, RULING_CHOICE_UNKNOWN, RULING_VALUE_WRONG, EDIT_UNKNOWN. */
export async function choiceOf(rooms: Rooms, conflict: ConflictRow, told: Choice): Promise<RulingAsk['choice']> {
  const { side, values, version, join, apart, row } = told;
  if ([side, values, version, join, apart, row].filter((one) => one !== undefined).length !== 1)
    throw new ConcordError('REQUEST_WRONG', { words: 'send one of `side`, `values`, `version`, `join`, `apart` and `row`' });
  if (side !== undefined) return { side: systemId(side) };
  if (join !== undefined) return { join: recordId(join) };
  if (row !== undefined) return { row: keyOf(row) };
  if (apart !== undefined) return { apart };
  if (conflict.about)
    throw new ConcordError('RULING_CHOICE_UNKNOWN', { conflict: conflict.id, choices: choicesOf(conflict.about).join('; ') });
  if (version !== undefined) return { value: await valueIn(rooms.ledger, conflict, version) };
  return { value: valueOf(rooms.tables.get(conflict.entity), conflict, values ?? {}) };
}

/** What a version set a register to, or brought it to. Throws EDIT_UNKNOWN. */
export async function valueIn(
  ledger: Ledger,
  { record, register, fields }: { readonly record: RecordId; readonly register: string; readonly fields: readonly string[] },
  version: number,
): Promise<Value> {
  const change = await changeAt(ledger, record, version);
  const isTold = change && !change.erased?.some((field) => fields.includes(field));
  const told = isTold ? (change.edits.find(isOf(register)) ?? change.resolutions.find(isOf(register))) : undefined;
  if (told?.value === undefined) throw new ConcordError('EDIT_UNKNOWN', { record, version, field: fields.join(' and ') });
  return told.value;
}

function isOf(register: string): (told: { readonly register: string }) => boolean {
  return (told) => told.register === register;
}

/** The register's value from the fields given; every field must be there, in canonical form. */
export function valueOf(
  table: Table | undefined,
  conflict: Pick<ConflictRow, 'fields' | 'register'>,
  values: Readonly<Record<string, unknown>>,
): Value {
  const stranger = Object.keys(values).find((field) => !conflict.fields.includes(field));
  if (stranger !== undefined)
    throw new ConcordError('REQUEST_WRONG', { words: `the conflict is about ${conflict.fields.join(', ')}, not about ${stranger}` });
  const told = conflict.fields.map((field) => memberOf(table, conflict.register, field, values[field]));
  return told.length === 1 ? (told[0] ?? null) : told;
}

function memberOf(table: Table | undefined, register: string, field: string, value: unknown): Scalar {
  // Who was told the mask must not have it written everywhere.
  if (value === MASK) throw new ConcordError('REQUEST_WRONG', { words: `${MASK} stands for a value that you may not see; it is none` });
  if (register === LIFE) {
    if (value === 'live' || value === 'deleted') return value;
    throw new ConcordError('RULING_VALUE_WRONG', { field, type: '`live` or `deleted`' });
  }
  const map = table?.registers.get(register)?.map.fields.find(({ name }) => name === field);
  const type = map?.type ?? { kind: 'text' };
  if (!isCanonical(type, value)) throw new ConcordError('RULING_VALUE_WRONG', { field, type: type.kind });
  const symbols = map && symbolsOf(map);
  const stranger = symbols && symbolsIn(value).find((symbol) => !symbols.has(symbol));
  if (symbols && stranger !== undefined) throw new ConcordError('RULING_VALUE_WRONG', { field, type: `one of ${[...symbols].join(', ')}` });
  return value;
}

/** The symbols that every system of a field can be told; `undefined`: it has no value map. */
function symbolsOf({ sides }: FieldMap): ReadonlySet<string> | undefined {
  const maps = Object.values(sides).flatMap(({ values }) => (values ? [Object.keys(values)] : []));
  const [first, ...others] = maps;
  return first && new Set(first.filter((symbol) => others.every((other) => other.includes(symbol))));
}

function symbolsIn(value: Scalar): readonly string[] {
  if (typeof value !== 'string') return [];
  return value.startsWith('[') ? [...(members(value) ?? [])] : [value];
}
