import {
  conflictIdFrom,
  ConcordError,
  entityName,
  isCanonical,
  LIFE,
  recordId,
  systemId,
  members,
  type ConflictRow,
  type FieldMap,
  type Scalar,
  type Table,
  type Value,
} from '@concord/core';
import { Type } from 'typebox';
import type { App, Rooms } from '../app.ts';
import { tellConflict } from '../views/history.ts';
import { pageOf, paging } from './paging.ts';

const state = Type.Union([Type.Literal('held'), Type.Literal('settled'), Type.Literal('resolved')]);
const one = Type.Object({ id: Type.String({ maxLength: 300 }) });
const ruling = Type.Object(
  {
    /** The system whose value shall stand. */
    side: Type.Optional(Type.String()),
    /** Or the value itself, for every field of the conflict. */
    values: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    by: Type.String({ minLength: 1, maxLength: 200 }),
    note: Type.Optional(Type.String({ maxLength: 4000 })),
  },
  { additionalProperties: false },
);

export function conflictRoutes(app: App, { engine, ledger, tables }: Rooms): void {
  async function find(id: string): Promise<ConflictRow> {
    const conflict = await ledger.conflict(conflictIdFrom(id));
    if (!conflict) throw new ConcordError('CONFLICT_UNKNOWN', { conflict: id });
    return conflict;
  }

  const list = Type.Object({
    ...paging,
    state: Type.Optional(state),
    entity: Type.Optional(Type.String()),
    record: Type.Optional(Type.String()),
  });
  app.get('/v1/conflicts', { schema: { querystring: list } }, async ({ query }) => {
    const { entity, record, state: wanted = 'held' } = query;
    const page = await ledger.conflicts({
      ...pageOf(query),
      state: wanted,
      ...(entity === undefined ? {} : { entity: entityName(entity) }),
      ...(record === undefined ? {} : { record: recordId(record) }),
    });
    return { ...page, items: page.items.map((conflict) => tellConflict(tables.get(conflict.entity), conflict)) };
  });

  app.get('/v1/conflicts/:id', { schema: { params: one } }, async ({ params }) => {
    const conflict = await find(params.id);
    return tellConflict(tables.get(conflict.entity), conflict);
  });

  app.post('/v1/conflicts/:id/resolve', { schema: { params: one, body: ruling } }, async ({ params, body }) => {
    const conflict = await find(params.id);
    const { side, values, by, note } = body;
    if ((side === undefined) === (values === undefined))
      throw new ConcordError('REQUEST_WRONG', { words: 'send either `side` or `values`' });
    const choice = side === undefined ? { value: valueOf(tables.get(conflict.entity), conflict, values ?? {}) } : { side: systemId(side) };
    const answer = await engine.resolve({ conflict: conflict.id, choice, by, ...(note === undefined ? {} : { note }) });
    switch (answer.kind) {
      case 'resolved':
        return tellConflict(tables.get(conflict.entity), await find(params.id));
      case 'unknown-conflict':
        throw new ConcordError('CONFLICT_UNKNOWN', { conflict: params.id });
      case 'closed':
        throw new ConcordError('CONFLICT_CLOSED', { conflict: params.id });
      case 'no-such-side':
        throw new ConcordError('RULING_SIDE_UNKNOWN', { side: side ?? '', sides: answer.sides.join(', ') });
    }
  });
}

/** The register's value from the fields given; every field must be there, in canonical form. */
function valueOf(table: Table | undefined, conflict: ConflictRow, values: Readonly<Record<string, unknown>>): Value {
  const stranger = Object.keys(values).find((field) => !conflict.fields.includes(field));
  if (stranger !== undefined)
    throw new ConcordError('REQUEST_WRONG', { words: `the conflict is about ${conflict.fields.join(', ')}, not about ${stranger}` });
  const told = conflict.fields.map((field) => memberOf(table, conflict.register, field, values[field]));
  return told.length === 1 ? (told[0] ?? null) : told;
}

function memberOf(table: Table | undefined, register: string, field: string, value: unknown): Scalar {
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
