import type { ColumnSchema } from '../wire/schema.ts';

const USERS = [{ set: 'systemusers', navigation: '' }];

/** The columns that every standard table has. A table's own column of the same name comes first. */
export const STANDARD_COLUMNS: readonly ColumnSchema[] = [
  { name: 'createdon', type: 'datetime', readOnly: true },
  { name: 'modifiedon', type: 'datetime', readOnly: true },
  { name: 'overriddencreatedon', type: 'datetime', fixed: true },
  { name: 'createdby', type: 'lookup', readOnly: true, targets: USERS },
  { name: 'modifiedby', type: 'lookup', readOnly: true, targets: USERS },
  { name: 'versionnumber', type: 'bigint', readOnly: true },
  {
    name: 'statecode',
    type: 'choice',
    default: 0,
    options: [
      { value: 0, label: 'Active' },
      { value: 1, label: 'Inactive' },
    ],
  },
  {
    name: 'statuscode',
    type: 'choice',
    default: 1,
    options: [
      { value: 1, label: 'Active' },
      { value: 2, label: 'Inactive' },
    ],
  },
];

/** The name that a column has in JSON: look-ups are told by their value. */
export const propertyOf = (column: Pick<ColumnSchema, 'name' | 'type'>): string =>
  column.type === 'lookup' ? `_${column.name}_value` : column.name;
