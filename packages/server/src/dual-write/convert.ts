import { entityNamed, ownName, propertyNamed, type PublicEntity, type PublicProperty } from './names.ts';
import type { FieldMapping, Leg, TableMapping } from './table-maps.ts';

/** A field of the configuration to be. */
export interface FieldDraft {
  readonly name: string;
  /** The lines within `{ … }`, in order. */
  readonly words: readonly string[];
  /** What somebody must look at before it is used. */
  readonly decide: readonly string[];
  /** It cannot be used as it is, and stands there as a comment. */
  readonly isOff: boolean;
}

export interface EntityDraft {
  readonly name: string;
  readonly set: { readonly fno: string; readonly ce: string };
  readonly constants: Readonly<Record<string, string>>;
  readonly key: readonly string[];
  readonly fields: readonly FieldDraft[];
  readonly decide: readonly string[];
}

/** What every table map comes to as an entity. Pure. */
export function convert(maps: readonly TableMapping[], entities: readonly PublicEntity[]): readonly EntityDraft[] {
  const legs = joined(maps.flatMap(({ legs: all }) => all.map(fromFinops)));
  const names = uniqueNames(legs.map(({ destinationSchema }) => ownName(singular(destinationSchema))));
  const bySet = new Map(legs.map(({ destinationSchema }, index) => [destinationSchema, names[index] ?? '']));
  return legs.map((leg, index) => entityOf(leg, names[index] ?? '', { entities, bySet }));
}

/** Several legs between the same tables are one entity. */
function joined(legs: readonly Leg[]): readonly Leg[] {
  const bySets = new Map<string, Leg>();
  for (const leg of legs) {
    const sets = `${leg.sourceSchema} ${leg.destinationSchema}`;
    const before = bySets.get(sets);
    bySets.set(sets, before ? { ...before, fieldMappings: [...before.fieldMappings, ...leg.fieldMappings] } : leg);
  }
  return [...bySets.values()];
}

/** The same leg with Finance & Operations as its source. */
function fromFinops(leg: Leg): Leg {
  if (leg.sourceEnvironmentType !== 'CRM') return leg;
  const turned: Readonly<Record<string, string>> = { '1': '2', '2': '1' };
  return {
    ...leg,
    sourceSchema: leg.destinationSchema,
    destinationSchema: leg.sourceSchema,
    sourceFilter: leg.reversedSourceFilter ?? '',
    reversedSourceFilter: leg.sourceFilter ?? '',
    fieldMappings: leg.fieldMappings.map((field) => ({
      ...field,
      sourceField: field.destinationField ?? '',
      destinationField: field.sourceField ?? '',
      syncDirection: turned[String(field.syncDirection)] ?? field.syncDirection ?? 3,
    })),
  };
}

interface Around {
  readonly entities: readonly PublicEntity[];
  /** By set of Dataverse, the entity that it becomes. */
  readonly bySet: ReadonlyMap<string, string>;
}

function entityOf(leg: Leg, name: string, around: Around): EntityDraft {
  const known = entityNamed(leg.sourceSchema, around.entities);
  const mapped = leg.fieldMappings.filter(({ sourceField, destinationField }) => sourceField && destinationField);
  const names = uniqueNames(mapped.map((field) => ownName(columnsOf(field).ce)));
  const fields = mapped.map((field, index) => fieldOf(field, names[index] ?? '', known, around));
  const generated = fields.filter((field, index) => mapped[index]?.isSystemGenerated && !field.isOff && !isLookup(mapped[index]));
  const constants = Object.fromEntries(leg.fieldMappings.flatMap(constantOf));
  const key = keyOf(mapped, names, known) ?? generated.map((field) => field.name);
  const decide = [
    ...(known ? [] : [`"${leg.sourceSchema}" is the label of the data entity: give its OData set, and its columns as OData spells them`]),
    key.length > 0
      ? `is [${key.join(', ')}] what names a record in both systems?`
      : 'name the key: the fields by which rows of both systems are one record',
    ...filterWords('fno', leg.sourceFilter),
    ...filterWords('ce', leg.reversedSourceFilter),
  ];
  const set = { fno: known?.EntitySetName ?? leg.sourceSchema.replaceAll(/\s/gu, ''), ce: leg.destinationSchema };
  return { name, set, constants, key, fields, decide };
}

function keyOf(mapped: readonly FieldMapping[], names: readonly string[], known: PublicEntity | undefined): readonly string[] | undefined {
  const keys = known?.Properties.filter(({ IsKey, Name }) => IsKey && Name !== 'dataAreaId') ?? [];
  const found = keys.map((key) => mapped.findIndex(({ sourceField = '' }) => propertyNamed(sourceField, known)?.Name === key.Name));
  return found.length > 0 && !found.includes(-1) ? found.map((index) => names[index] ?? '') : undefined;
}

function filterWords(system: string, filter: string | undefined): readonly string[] {
  return filter ? [`dual-write left rows of ${system} out by: ${filter.replaceAll(/\s+/gu, ' ')} — say it as "where" or "filter"`] : [];
}

function constantOf({ sourceField, destinationField, valueTransforms }: FieldMapping): readonly (readonly [string, string])[] {
  const value = valueTransforms?.find(({ transformType }) => transformType === 'Default')?.defaultValue;
  return !sourceField && destinationField && value !== undefined ? [[destinationField, String(value)]] : [];
}

function columnsOf({ sourceField = '', destinationField = '' }: FieldMapping): {
  readonly fno: string;
  readonly ce: string;
  readonly by: string | undefined;
} {
  const [ce = '', by] = destinationField.split('.');
  return { fno: sourceField, ce, by };
}

function isLookup(field: FieldMapping | undefined): boolean {
  return field?.destinationLookupFieldRelatedEntity !== undefined && field.destinationLookupFieldRelatedEntity !== '';
}

function fieldOf(field: FieldMapping, name: string, known: PublicEntity | undefined, { bySet }: Around): FieldDraft {
  const columns = columnsOf(field);
  const property = propertyNamed(columns.fno, known);
  const fno = property?.Name ?? columns.fno;
  const spelling = known && !property ? [`${known.EntitySetName} has no column ${columns.fno}`] : [];
  const way = String(field.syncDirection ?? 3);
  const oneWay =
    way === '3'
      ? []
      : [
          `one way in dual-write, from ${way === '1' ? 'fno to ce' : 'ce to fno'}; with both ways and policy { owner: ${way === '1' ? 'fno' : 'ce'} }, an edit on the other side is seen and undone`,
        ];
  const values = valuesOf(field);
  const decide = [...spelling, ...oneWay, ...values.decide, ...transformWords(field)];
  const only = (system: 'fno' | 'ce'): string | undefined =>
    way === '3' ? undefined : (way === '1') === (system === 'fno') ? 'read' : 'write';
  if (isLookup(field)) return lookupOf(field, name, { fno, only, decide, bySet });
  const words = [
    `fno: ${side(fno, { only: only('fno') })}`,
    `ce: ${side(columns.ce, { only: only('ce') })}`,
    ...typeWords(property, values.words.length > 0),
    ...values.words,
  ];
  return { name, words, decide, isOff: values.isAmbiguous };
}

interface LookupParts {
  readonly fno: string;
  readonly only: (system: 'fno' | 'ce') => string | undefined;
  readonly decide: readonly string[];
  readonly bySet: ReadonlyMap<string, string>;
}

/** Dual-write reaches through a look-up to a column of the other row; Concord refers to the record. */
function lookupOf(field: FieldMapping, name: string, { fno, only, decide, bySet }: LookupParts): FieldDraft {
  const { ce, by } = columnsOf(field);
  const set = field.destinationLookupFieldRelatedEntity ?? '';
  const entity = bySet.get(set);
  const own = ownName(by ?? '');
  const words = [
    `type: { reference: ${entity ?? ownName(singular(set))} }`,
    `fno: ${side(fno, { by: own, only: only('fno') })}`,
    `ce: ${side(`_${ce}_value`, { write: `${ce}@odata.bind`, as: `/${set}({})`, only: only('ce') })}`,
  ];
  const spelling = `"${ce}@odata.bind" is written with the navigation property's name, which has capitals of its own`;
  if (entity === undefined)
    return {
      name,
      words,
      decide: [`refers to ${set}, which no imported map mirrors: import that map, too, or leave the field out`, ...decide],
      isOff: true,
    };
  return { name, words, decide: [spelling, `"${own}" must be the key of ${entity}`, ...decide], isOff: true };
}

function side(column: string, more: Readonly<Record<string, string | undefined>>): string {
  const told = Object.entries(more).flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}: ${scalar(value)}`]));
  return told.length === 0 ? scalar(column) : `{ ${[`column: ${scalar(column)}`, ...told].join(', ')} }`;
}

/** As YAML within braces. */
export function scalar(value: string): string {
  return /^[A-Za-z_][\w@.]*$/u.test(value) && !/^(?:yes|no|true|false|null|on|off|y|n)$/iu.test(value) ? value : JSON.stringify(value);
}

const TYPES: readonly (readonly [RegExp, string])[] = [
  [/Int(?:16|32|64)$/u, 'integer'],
  [/Decimal|Real/u, 'decimal(2)'],
  [/DateTime/u, 'datetime'],
  [/Date$/u, 'date'],
];

function typeWords(property: PublicProperty | undefined, hasValues: boolean): readonly string[] {
  if (!property || hasValues) return [];
  const found = TYPES.find(([pattern]) => pattern.test(property.TypeName ?? property.DataType ?? ''));
  return found ? [`type: ${found[1]}`] : [];
}

interface ValuesDraft {
  readonly words: readonly string[];
  readonly decide: readonly string[];
  /** Several values become one, which has no way back. */
  readonly isAmbiguous: boolean;
}

function valuesOf({ valueTransforms }: FieldMapping): ValuesDraft {
  const map = valueTransforms?.find(({ transformType }) => transformType === 'ValueMap')?.valueMap;
  const pairs = Object.entries(map ?? {});
  if (pairs.length === 0) return { words: [], decide: [], isAmbiguous: false };
  const words = pairs.map(([from, to]) => `${scalar(from)}: { fno: ${scalar(from)}, ce: ${symbol(to)} }`);
  const twice = pairs.filter(([, to], index) => pairs.findIndex(([, other]) => other === to) < index);
  return {
    isAmbiguous: twice.length > 0,
    words: [`values: { ${words.join(', ')} }`],
    decide: [
      'dual-write spells the values of fno in small letters: give them as OData does',
      ...twice.map(([from, to]) => `${from} becomes ${String(to)} like another value, and has no way back: give each one of its own`),
    ],
  };
}

function symbol(value: string | number | boolean | null): string {
  const text = String(value);
  return /^-?\d+$/u.test(text) || text === 'true' || text === 'false' ? text : scalar(text);
}

function transformWords({ sourceField, valueTransforms }: FieldMapping): readonly string[] {
  return (valueTransforms ?? []).flatMap(({ transformType, defaultValue }) => {
    if (transformType === 'ValueMap') return [];
    if (transformType === 'Default') return sourceField ? [`dual-write wrote ${JSON.stringify(defaultValue)} where it was empty`] : [];
    return [`dual-write applied "${transformType ?? 'a transform'}"; say it with "from" and "to" where it matters`];
  });
}

function uniqueNames(names: readonly string[]): readonly string[] {
  return names.map((name, index) => {
    const before = names.slice(0, index).filter((other) => other === name).length;
    return before === 0 ? name : `${name}${before + 1}`;
  });
}

function singular(set: string): string {
  if (/(?:ss|x|sh|ch)es$/u.test(set)) return set.slice(0, -2);
  return set.replace(/ies$/u, 'y').replace(/([^s])s$/u, '$1');
}
