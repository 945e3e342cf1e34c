import { ConcordError, messageOf } from '@concord/core';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';

const text = Type.Optional(Type.String());

const scalarShape = Type.Union([Type.String(), Type.Number(), Type.Boolean(), Type.Null()]);

const transformShape = Type.Object({
  transformType: text,
  valueMap: Type.Optional(Type.Record(Type.String(), scalarShape)),
  defaultValue: Type.Optional(scalarShape),
});

const fieldShape = Type.Object({
  /** 1: from the source to the destination. 2: back. 3: both. */
  syncDirection: Type.Optional(Type.Union([Type.String(), Type.Number()])),
  sourceField: text,
  destinationField: text,
  /** Made by dual-write itself, as for the integration key. */
  isSystemGenerated: Type.Optional(Type.Boolean()),
  /** For a look-up: the set that it leads to; the destination is then `column.column of that set`. */
  destinationLookupFieldRelatedEntity: text,
  valueTransforms: Type.Optional(Type.Union([Type.Array(transformShape), Type.Null()])),
});

const legShape = Type.Object({
  sourceSchema: Type.String(),
  sourceEnvironmentType: text,
  destinationSchema: Type.String(),
  destinationEnvironmentType: text,
  sourceFilter: text,
  reversedSourceFilter: text,
  fieldMappings: Type.Array(fieldShape),
});

const mapShape = Type.Object({ name: text, legs: Type.Array(legShape) });

export type FieldMapping = Static<typeof fieldShape>;
export type Leg = Static<typeof legShape>;

/** A table map of dual-write, as it keeps it itself. */
export type TableMapping = Static<typeof mapShape>;

const rowShape = Type.Object({ msdyn_mapping: Type.String() });
const answerShape = Type.Object({ value: Type.Array(rowShape) });

/**
 * Reads what Dataverse answers to `msdyn_dualwriteentitymaps?$select=msdyn_name,msdyn_mapping`, or the text of one or several
 * `msdyn_mapping`. Throws DUAL_WRITE_UNREADABLE.
 */
export function readTableMaps(source: string, file: string): readonly TableMapping[] {
  const parsed = parse(source, file);
  const rows = Value.Check(answerShape, parsed) ? parsed.value : Array.isArray(parsed) ? parsed : [parsed];
  return rows.map((row: unknown, index) => mapOf(row, file, index));
}

function mapOf(row: unknown, file: string, index: number): TableMapping {
  const told = Value.Check(rowShape, row) ? parse(row.msdyn_mapping, file) : row;
  // Some tools keep the text of a text.
  const map = typeof told === 'string' ? parse(told, file) : told;
  if (Value.Check(mapShape, map)) return map;
  const [first] = Value.Errors(mapShape, map);
  throw unreadable(file, `map ${index + 1}: ${first ? `${first.instancePath || '/'} ${first.message}` : 'it has no legs'}`);
}

/** JSON. Throws DUAL_WRITE_UNREADABLE. */
export function parse(source: string, file: string): unknown {
  try {
    const parsed: unknown = JSON.parse(source);
    return parsed;
  } catch (cause) {
    throw unreadable(file, messageOf(cause));
  }
}

export function unreadable(file: string, words: string): ConcordError {
  return new ConcordError('DUAL_WRITE_UNREADABLE', { file, words });
}
