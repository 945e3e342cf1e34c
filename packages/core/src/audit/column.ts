import type { SystemId } from '../ids.ts';
import type { Table } from '../map/compile.ts';
import type { FieldMap, Side } from '../map/table.ts';
import type { FieldType } from '../map/type.ts';
import type { ColumnFacts, ColumnKind } from '../ports/system.ts';
import type { AuditCode, AuditFinding, AuditSeverity } from './finding.ts';

/** A field as one system has it. */
export interface Mapped {
  readonly field: FieldMap;
  readonly side: Side;
  readonly system: SystemId;
  readonly column: ColumnFacts;
  readonly others: ReadonlyMap<SystemId, ColumnFacts>;
}

/** The kinds of columns that a type of field can be read from and written to. */
const FITS: Readonly<Record<FieldType['kind'], readonly ColumnKind[]>> = {
  text: ['text', 'id', 'lookup'],
  integer: ['integer'],
  decimal: ['decimal', 'integer'],
  date: ['date', 'datetime'],
  datetime: ['datetime', 'date'],
  yesno: ['yesno'],
  choice: ['choice', 'yesno'],
  choices: ['choices', 'text'],
  json: ['text'],
  reference: ['lookup', 'text', 'id'],
};

/** Everything that a column and its field do not agree in. */
export function checkColumn(table: Table, mapped: Mapped): readonly AuditFinding[] {
  const { field, side, system, column } = mapped;
  const tell = (code: AuditCode, severity: AuditSeverity, words: string, fix: string): AuditFinding => ({
    code,
    severity,
    entity: table.map.entity,
    system,
    field: field.name,
    column: column.name,
    words,
    fix,
  });
  // What a transform makes of the column, only the transform knows.
  if (side.from !== undefined || side.to !== undefined) return writable(table, mapped, tell);
  if (!fitting(mapped).includes(column.kind))
    return [
      tell(
        'A03',
        'error',
        `it is ${column.told}, which is no ${field.type.kind}`,
        `Correct the field's type, or the column that is named.`,
      ),
    ];
  return [...writable(table, mapped, tell), ...cut(mapped, tell), ...rounded(mapped, tell), ...symbols(mapped, tell)];
}

/** A value map makes a choice of columns that are none. */
function fitting({ field: { type }, side: { holds } }: Mapped): readonly ColumnKind[] {
  return [...FITS[type.kind], ...(holds === undefined ? [] : FITS[holds])];
}

type Tell = (code: AuditCode, severity: AuditSeverity, words: string, fix: string) => AuditFinding;

function writes({ map }: Table, { side, system }: Mapped): boolean {
  return side.only !== 'read' && map.sides[system]?.only !== 'read';
}

function writable(table: Table, mapped: Mapped, tell: Tell): readonly AuditFinding[] {
  const { side, column, field } = mapped;
  if (!writes(table, mapped) || side.write !== undefined) return [];
  if (!column.canCreate && !column.canUpdate)
    return [
      tell(
        'A06',
        'error',
        'it is read-only',
        'Say "only: read" for this side, and give the field an owner if edits elsewhere are to be undone.',
      ),
    ];
  // Nobody changes what names a record, or what a policy keeps as it is.
  if (column.canUpdate || table.map.key.includes(field.name) || isKept(table, mapped)) return [];
  return [
    tell(
      'A06',
      'warning',
      'it can be given to a new row only',
      'Edits of it will be refused there: give the field the policy immutable, or an owner.',
    ),
  ];
}

function isKept({ map }: Table, { field, system }: Mapped): boolean {
  const policy = map.registers.find(({ fields }) => fields.includes(field))?.policy;
  return policy?.name === 'immutable' || (policy?.name === 'owner' && policy.options === system);
}

/** A text that is longer than the column is withheld from the system where the map says so, and else refused or cut by it. */
function cut({ field, side, column: { charsMax }, others }: Mapped, tell: Tell): readonly AuditFinding[] {
  if (field.type.kind !== 'text' || charsMax === undefined || side.only === 'read') return [];
  if (side.maxLength !== undefined && side.maxLength > charsMax)
    return [tell('A04', 'error', `it holds ${charsMax} characters, the map says ${side.maxLength}`, `Say "maxLength: ${charsMax}".`)];
  if (side.maxLength !== undefined) return [];
  const longer = [...others].find(([, other]) => (other.charsMax ?? 0) > charsMax);
  if (!longer) return [];
  const words = `it holds ${charsMax} characters, ${longer[0]} holds ${longer[1].charsMax}`;
  return [tell('A04', 'warning', words, `Say "maxLength: ${charsMax}": a longer text is then held back from here alone, and told.`)];
}

function rounded({ field: { type }, column: { kind, scale } }: Mapped, tell: Tell): readonly AuditFinding[] {
  if (type.kind === 'datetime' && kind === 'date')
    return [tell('A05', 'warning', 'it holds a day without a time', 'Let the field be a date.')];
  if (type.kind !== 'decimal') return [];
  const digits = kind === 'integer' ? 0 : scale;
  if (digits === undefined || digits >= type.scale) return [];
  return [
    tell(
      'A05',
      'warning',
      `it holds ${digits} digits after the point, the field ${type.scale}`,
      `Let the field be decimal(${digits}), or give the column more digits.`,
    ),
  ];
}

function symbols({ field, side, column }: Mapped, tell: Tell): readonly AuditFinding[] {
  const known = column.symbols;
  if (known === undefined || side.values === undefined || side.holds === 'yesno') return [];
  const named = Object.values(side.values);
  const unmapped = known.filter((symbol) => !named.includes(symbol));
  const unknown = named.filter((symbol) => !known.includes(symbol));
  return [
    ...(unknown.length === 0
      ? []
      : [tell('A09', 'error', `${unknown.join(', ')} is no choice of it`, `Its choices: ${known.join(', ')}.`)]),
    ...(unmapped.length === 0 || side.only === 'write'
      ? []
      : [
          tell(
            'A08',
            'warning',
            `${unmapped.join(', ')} has no entry in the value map, so a row that holds it is told as unreadable`,
            `Add it to "values" of ${field.name}.`,
          ),
        ]),
  ];
}
