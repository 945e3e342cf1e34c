import type { Dialect, Row } from '../ports/system.ts';
import type { RecordId, SystemId } from '../ids.ts';
import { canonicalSet, members } from '../policy/set.ts';
import type { Json, JsonObject, Scalar, Value } from '../values.ts';
import { isTuple } from '../values.ts';
import { isCanonical } from './canonical.ts';
import type { RegisterRule, Table } from './compile.ts';
import { NO_INLETS, type Inlets } from './inlets.ts';
import type { MappedRow } from './mapped.ts';
import { columnType, ownScalar } from './symbols.ts';
import type { FieldMap, Side } from './table.ts';
import { must } from '../errors/must.ts';
import type { Transformed } from './transform.ts';

/** Answers, from what was looked up before, which record a reference means and how a system names a record. */
export interface References {
  /** The record that this text means in that system; `undefined`: none that is mirrored. */
  toRecord(system: SystemId, reference: ReferenceAsked): RecordId | undefined;
  /** The text by which a system names the record; `undefined`: it is not there yet. */
  toText(system: SystemId, reference: { readonly entity: string; readonly by?: string; readonly record: RecordId }): string | undefined;
  /** The record id in a canonical value. */
  recordIn(value: Scalar): RecordId | undefined;
}

export interface ReferenceAsked {
  readonly entity: string;
  /** The field of the referenced entity that the text is; absent: the text is the row's key. */
  readonly by?: string;
  readonly text: string;
}

type Read = { readonly value: Scalar } | { readonly fault: string } | { readonly waits: ReferenceAsked } | { readonly untold: true };

/** A row in canonical values. Pure: what cannot be understood is reported beside the rest, never guessed. */
export function translateRow(
  table: Table,
  system: SystemId,
  row: Row,
  dialect: Dialect,
  references: References,
  inlets: Inlets = NO_INLETS,
): MappedRow {
  // For every row that any system ever tells: a list for each step of the way would take longer than the translation.
  const values = new Map<string, Value>();
  const unreadable: MappedRow['unreadable'][number][] = [];
  const waitsFor: MappedRow['waitsFor'][number][] = [];
  for (const [register, rule] of table.registers) {
    if (!rule.reads(system)) continue;
    const told = tellRegister(rule, system, row, dialect, references, inlets);
    if ('value' in told) values.set(register, told.value);
    else if ('fault' in told) unreadable.push({ register, words: told.fault });
    else if ('waits' in told) waitsFor.push({ register, ...told.waits });
  }
  const identity = namedBy(table, (name) => values.get(name));
  return {
    system,
    key: row.key,
    version: row.version,
    values,
    ...(row.modifiedAtMs === undefined ? {} : { modifiedAtMs: row.modifiedAtMs }),
    ...(row.by === undefined ? {} : { by: row.by }),
    ...(identity === undefined ? {} : { identity }),
    unreadable,
    waitsFor,
  };
}

type Told = { readonly value: Value } | Exclude<Read, { readonly value: Scalar }>;

function tellRegister(rule: RegisterRule, system: SystemId, row: Row, dialect: Dialect, references: References, inlets: Inlets): Told {
  const read = (field: FieldMap): Read => readField(field, system, row.columns, dialect, references, inlets);
  const [first, ...more] = rule.map.fields;
  if (more.length === 0) return read(first);
  const reads = rule.map.fields.map(read);
  // A group is told whole or not at all: half an address is not an address.
  const odd = reads.find((one) => !('value' in one));
  if (odd && !('value' in odd)) return odd;
  return { value: reads.map((one) => ('value' in one ? one.value : null)) };
}

function readField(field: FieldMap, system: SystemId, columns: JsonObject, dialect: Dialect, references: References, inlets: Inlets): Read {
  const side = must(field.sides[system], 'only registers that the system tells are read');
  const told = toldOf(field, side, columns, inlets);
  if (!told) return { untold: true };
  if ('fault' in told) return { fault: `${side.column} could not be transformed: ${told.fault}` };
  const { json } = told;
  const type = columnType(field, side);
  const decoded = dialect.decode(type, json);
  if (decoded === undefined) return { fault: `${side.column} holds ${excerpt(json)}, which is no ${type.kind}` };
  if (decoded === null) return { value: null };
  return fromDialect(field, side, system, decoded, references);
}

/** What the row says of a field: its column, or what the field's transform made of it. `undefined`: nothing. */
function toldOf(field: FieldMap, side: Side, columns: JsonObject, inlets: Inlets): Transformed | undefined {
  if (side.from !== undefined) return inlets.get(field.name);
  const json = columns[side.column];
  return json === undefined ? undefined : { json };
}

function fromDialect(field: FieldMap, side: Side, system: SystemId, decoded: Scalar, references: References): Read {
  switch (field.type.kind) {
    case 'choice':
      return fromSymbol(side, String(decoded));
    case 'choices':
      return fromSymbols(side, decoded);
    case 'reference': {
      const asked = { entity: field.type.entity, text: String(decoded), ...(side.by === undefined ? {} : { by: side.by }) };
      const record = references.toRecord(system, asked);
      return record === undefined ? { waits: asked } : { value: record };
    }
    default:
      return { value: decoded };
  }
}

function fromSymbol(side: Side, symbol: string): { readonly value: string } | { readonly fault: string } {
  if (!side.values) return { value: symbol };
  const canonical = Object.entries(side.values).find(([, own]) => own === symbol)?.[0];
  return canonical === undefined ? { fault: `${side.column} holds "${symbol}", which the value map does not name` } : { value: canonical };
}

function fromSymbols(side: Side, decoded: Scalar): Read {
  const symbols = members(decoded);
  if (!symbols) return { fault: `${side.column} holds ${excerpt(decoded)}, which is no set of choices` };
  const read = [...symbols].map((symbol) => fromSymbol(side, symbol));
  const fault = read.find((item) => 'fault' in item);
  if (fault && 'fault' in fault) return fault;
  return { value: canonicalSet(read.flatMap((item) => ('value' in item ? [item.value] : []))) };
}

/** The references that a row makes, so that they can be looked up before it is translated. */
export function referencesOf(
  table: Table,
  system: SystemId,
  columns: JsonObject,
  dialect: Dialect,
  inlets: Inlets = NO_INLETS,
): readonly ReferenceAsked[] {
  return table.map.registers.flatMap((register) =>
    register.fields.flatMap((field) => {
      const side = field.sides[system];
      if (field.type.kind !== 'reference' || !side || side.only === 'write') return [];
      const told = toldOf(field, side, columns, inlets);
      if (!told || !('json' in told)) return [];
      const text = dialect.decode(field.type, told.json);
      if (text === null || text === undefined) return [];
      return [{ entity: field.type.entity, text: String(text), ...(side.by === undefined ? {} : { by: side.by }) }];
    }),
  );
}

/** The natural key of a row, normalised: case and outer blanks do not tell two records apart. */
/** What values name a record by the natural key of its entity; `undefined`: not all of it is told. */
export function namedBy(table: Table, valueOf: (name: string) => Value | undefined): string | undefined {
  if (table.map.key.length === 0) return undefined;
  const parts = table.map.key.map(valueOf);
  return parts.every((part) => part !== undefined && part !== null) ? identityText(parts) : undefined;
}

export function identityText(parts: readonly (Value | undefined)[]): string {
  return JSON.stringify(parts.map((part) => (typeof part === 'string' ? part.trim().toLowerCase() : (part ?? null))));
}

export type Columns =
  | { readonly kind: 'columns'; readonly columns: JsonObject }
  /** The record that a reference means is not in the system yet. */
  | { readonly kind: 'waits'; readonly record: RecordId; readonly field: string; readonly words: string }
  /** By register, why the system cannot hold its value. The others it could. */
  | { readonly kind: 'not-representable'; readonly registers: Readonly<Record<string, string>> };

/** Registers as one system's columns. Members of a group are written only where they differ from `stored`; a create may leave out what is empty. */
export function toColumns(
  table: Table,
  system: SystemId,
  registers: ReadonlyMap<string, { readonly value: Value; readonly stored?: Value }>,
  dialect: Dialect,
  references: References,
  options: { readonly leaveOutEmpty: boolean } = { leaveOutEmpty: false },
): Columns {
  const columns: Record<string, Json> = {};
  const unfit: Record<string, string> = {};
  for (const [name, { value, stored }] of registers) {
    const rule = table.registers.get(name);
    if (!rule) continue;
    for (const [index, field] of rule.map.fields.entries()) {
      const member = at(value, index);
      if (isTuple(stored) && stored[index] === member) continue;
      // A new row has its empty columns without being told; some systems have no way to say "empty" for numbers.
      if (options.leaveOutEmpty && member === null) continue;
      const written = writeField(field, system, member, dialect, references);
      if (written.kind === 'waits') return written;
      if (written.kind === 'unfit') unfit[name] ??= written.words;
      else columns[written.name] = written.json;
    }
  }
  return Object.keys(unfit).length > 0 ? { kind: 'not-representable', registers: unfit } : { kind: 'columns', columns };
}

function at(value: Value, index: number): Scalar {
  return isTuple(value) ? (value[index] ?? null) : value;
}

type Written =
  | { readonly kind: 'column'; readonly name: string; readonly json: Json }
  | { readonly kind: 'unfit'; readonly words: string }
  | Extract<Columns, { readonly kind: 'waits' }>;

function writeField(field: FieldMap, system: SystemId, value: Scalar, dialect: Dialect, references: References): Written {
  const side = must(field.sides[system], 'only registers that the system takes are written');
  const name = side.write ?? side.column;
  if (value === null) return column(name, side, dialect.encode(columnType(field, side), null), null);
  if (field.type.kind === 'reference') return writeReference(field.type.entity, field, side, system, value, dialect, references);
  const words = misfit(field, side, value);
  if (words !== undefined) return { kind: 'unfit', words };
  const own = toSymbols(field, side, value);
  return column(name, side, own === undefined ? undefined : dialect.encode(columnType(field, side), own), value);
}

/** Why a column cannot hold a value, by what the table map knows of it. */
function misfit({ name, type }: FieldMap, { column: to, maxLength }: Side, value: Scalar): string | undefined {
  if (!isCanonical(type, value)) return `${name} holds ${excerpt(value)}, which is no ${nameOf(type)}`;
  if (maxLength === undefined || typeof value !== 'string' || value.length <= maxLength) return undefined;
  return `${name} has ${value.length} characters, and ${to} holds ${maxLength}`;
}

function nameOf(type: FieldMap['type']): string {
  return type.kind === 'decimal' ? `decimal(${type.scale})` : type.kind;
}

function writeReference(
  entity: string,
  field: FieldMap,
  side: Side,
  system: SystemId,
  value: Scalar,
  dialect: Dialect,
  references: References,
): Written {
  const record = references.recordIn(value);
  if (record === undefined) return { kind: 'unfit', words: `${field.name} holds ${excerpt(value)}, which is no record` };
  const text = references.toText(system, { entity, record, ...(side.by === undefined ? {} : { by: side.by }) });
  if (text === undefined)
    return { kind: 'waits', record, field: field.name, words: `${field.name} refers to a ${entity} that is not in ${system} yet` };
  return column(side.write ?? side.column, side, dialect.encode(field.type, text), value);
}

function column(name: string, side: Side, json: Json | undefined, value: Scalar): Written {
  if (json === undefined) return { kind: 'unfit', words: `${name} cannot hold ${excerpt(value)}` };
  return { kind: 'column', name, json: side.as !== undefined && typeof json === 'string' ? side.as.replace('{}', () => json) : json };
}

/** A value in the system's own symbols; `undefined` when its value map has none for it. */
function toSymbols(field: FieldMap, side: Side, value: Scalar): Scalar | undefined {
  const map = side.values;
  if (!map) return value;
  const own = (symbol: string): string | undefined => (Object.hasOwn(map, symbol) ? map[symbol] : undefined);
  if (field.type.kind === 'choice') {
    const symbol = own(String(value));
    return symbol === undefined ? undefined : ownScalar(side, symbol);
  }
  const symbols = [...(members(value) ?? [])].map(own);
  return symbols.includes(undefined) ? undefined : canonicalSet(symbols.filter((symbol) => symbol !== undefined));
}

const EXCERPT_CHARS_MAX = 40;

function excerpt(json: Json): string {
  const text = JSON.stringify(json);
  return text.length > EXCERPT_CHARS_MAX ? `${text.slice(0, EXCERPT_CHARS_MAX)}…` : text;
}
