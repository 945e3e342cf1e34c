import {
  conflictIdFrom,
  ConcordError,
  entityName,
  isCanonical,
  keyOf,
  LIFE,
  recordId,
  systemId,
  members,
  type ConflictRow,
  choicesOf,
  type FieldMap,
  type RulingAsk,
  type Scalar,
  type Table,
  type Value,
} from '@concord/core';
import { Type, type Static } from 'typebox';
import type { FastifyRequest } from 'fastify';
import { entityAsked, maySee } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { tellConflict } from '../views/history.ts';
import { pageOf, paging } from './paging.ts';
import { person } from './person.ts';

const state = Type.Union([Type.Literal('held'), Type.Literal('settled'), Type.Literal('resolved')]);
const one = Type.Object({ id: Type.String({ maxLength: 300 }) });
const ruling = Type.Object(
  {
    /** The system whose value shall stand. */
    side: Type.Optional(Type.String()),
    /** Or the value itself, for every field of the conflict. */
    values: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
    /** About a record as a whole: the record that it is the same as, that it is none of them, or the row that is mirrored. */
    join: Type.Optional(Type.String({ maxLength: 100 })),
    apart: Type.Optional(Type.Literal(true)),
    row: Type.Optional(Type.String({ maxLength: 1000 })),
    ...person,
  },
  { additionalProperties: false },
);

export function conflictRoutes(app: App, { engine, ledger, tables }: Rooms): void {
  async function find(request: FastifyRequest, id: string): Promise<ConflictRow> {
    const conflict = await ledger.conflict(conflictIdFrom(id));
    if (!conflict || !maySee(request, conflict.entity)) throw new ConcordError('CONFLICT_UNKNOWN', { conflict: id });
    return conflict;
  }

  const list = Type.Object({
    ...paging,
    state: Type.Optional(state),
    entity: Type.Optional(Type.String()),
    record: Type.Optional(Type.String()),
  });
  app.get('/v1/conflicts', { config: { scoped: true }, schema: { querystring: list } }, async (request) => {
    const { query } = request;
    const { record, state: wanted = 'held' } = query;
    const entity = entityAsked(request, query.entity);
    const page = await ledger.conflicts({
      ...pageOf(query),
      state: wanted,
      ...(entity === undefined ? {} : { entity: entityName(entity) }),
      ...(record === undefined ? {} : { record: recordId(record) }),
    });
    return { ...page, items: page.items.map((conflict) => tellConflict(tables.get(conflict.entity), conflict)) };
  });

  app.get('/v1/conflicts/:id', { config: { scoped: true }, schema: { params: one } }, async (request) => {
    const conflict = await find(request, request.params.id);
    return tellConflict(tables.get(conflict.entity), conflict);
  });

  app.post(
    '/v1/conflicts/:id/resolve',
    { config: { needs: 'resolver', scoped: true, speaks: true }, schema: { params: one, body: ruling } },
    async (request) => {
      const { params, body } = request;
      const conflict = await find(request, params.id);
      const { side, by, note } = body;
      const choice = choiceOf(tables.get(conflict.entity), conflict, body);
      const answer = await engine.resolve({ conflict: conflict.id, choice, by, ...(note === undefined ? {} : { note }) });
      switch (answer.kind) {
        case 'resolved':
          return tellConflict(tables.get(conflict.entity), await find(request, params.id));
        case 'unknown-conflict':
          throw new ConcordError('CONFLICT_UNKNOWN', { conflict: params.id });
        case 'closed':
          throw new ConcordError('CONFLICT_CLOSED', { conflict: params.id });
        case 'no-such-side':
          throw new ConcordError('RULING_SIDE_UNKNOWN', { side: side ?? '', sides: answer.sides.join(', ') });
        case 'no-such-choice':
          throw new ConcordError('RULING_CHOICE_UNKNOWN', { conflict: params.id, choices: answer.choices.join('; ') });
        case 'refused':
          throw new ConcordError('RULING_REFUSED', { conflict: params.id, words: answer.words });
      }
    },
  );
}

type Body = Static<typeof ruling>;

function choiceOf(table: Table | undefined, conflict: ConflictRow, { side, values, join, apart, row }: Body): RulingAsk['choice'] {
  if ([side, values, join, apart, row].filter((choice) => choice !== undefined).length !== 1)
    throw new ConcordError('REQUEST_WRONG', { words: 'send one of `side`, `values`, `join`, `apart` and `row`' });
  if (side !== undefined) return { side: systemId(side) };
  if (join !== undefined) return { join: recordId(join) };
  if (row !== undefined) return { row: keyOf(row) };
  if (apart !== undefined) return { apart };
  if (conflict.about)
    throw new ConcordError('RULING_CHOICE_UNKNOWN', { conflict: conflict.id, choices: choicesOf(conflict.about).join('; ') });
  return { value: valueOf(table, conflict, values ?? {}) };
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
