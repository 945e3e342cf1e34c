import { recordId, valueIn, type Ledger, type RecordState, type Scalar, type Table } from '@concord/core';
import { Type } from 'typebox';
import { maySee } from '../access/gate.ts';
import type { App, Rooms } from '../app.ts';
import { fieldsIn, valuesOf } from '../views/values.ts';

/** A page of a list. */
const RECORDS_MAX = 500;
/** A line is of an order, which is of a customer: further back nobody looks. */
const DEPTH_MAX = 2;
/** Beside the fields of its key, by these a record is known to people. */
const NAMES = ['name', 'title', 'subject', 'description'];

const ask = Type.Object(
  { record: Type.Array(Type.String({ maxLength: 100 }), { minItems: 1, maxItems: RECORDS_MAX, description: 'Once for each' }) },
  { additionalProperties: false },
);

interface Named {
  readonly entity: string;
  /** The fields by which people know it. */
  readonly values: Readonly<Record<string, Scalar>>;
  /** What it is a part of, where its key says so. */
  readonly of?: Named;
}

/** By what people know records, for lists that tell of many. */
export function nameRoutes(app: App, { ledger, tables }: Rooms): void {
  app.get('/v1/names', { config: { scoped: true }, schema: { querystring: ask } }, async (request) => {
    const items: (Named & { readonly record: string })[] = [];
    for (const id of new Set(request.query.record)) {
      const record = await ledger.record(recordId(id));
      if (record && maySee(request, record.entity)) items.push({ record: id, ...(await named({ ledger, tables }, record, DEPTH_MAX)) });
    }
    return { items };
  });
}

async function named(
  rooms: { readonly ledger: Ledger; readonly tables: ReadonlyMap<string, Table> },
  record: RecordState,
  depth: number,
): Promise<Named> {
  const table = rooms.tables.get(record.entity);
  const all = fieldsByName(table, record);
  const isReference = (field: string): boolean => typeOf(table, field) === 'reference';
  const key = table?.map.key ?? [];
  const known = [...key.filter((field) => !isReference(field)), NAMES.find((name) => typeof all[name] === 'string' && all[name] !== '')];
  const values = Object.fromEntries(
    known.flatMap((field) => (field !== undefined && all[field] !== undefined ? [[field, all[field]]] : [])),
  );
  const owner =
    depth > 0
      ? key
          .filter(isReference)
          .map((field) => all[field])
          .find((id) => typeof id === 'string')
      : undefined;
  const parent = typeof owner === 'string' ? await rooms.ledger.record(recordId(owner)) : undefined;
  return { entity: record.entity, values, ...(parent ? { of: await named(rooms, parent, depth - 1) } : {}) };
}

function fieldsByName(table: Table | undefined, record: RecordState): Readonly<Record<string, Scalar>> {
  const registers = [...(table?.registers.keys() ?? [])];
  return Object.assign({}, ...registers.map((name) => valuesOf(fieldsIn(table, name), valueIn(record, name))));
}

function typeOf(table: Table | undefined, field: string): string | undefined {
  return table?.map.registers.flatMap(({ fields }) => fields).find(({ name }) => name === field)?.type.kind;
}
