import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import type { ColumnSchema, TableSchema } from '../wire/schema.ts';

/** Either what was asked for, or the answer that refuses it. */
export type Checked<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'fault'; readonly answer: Answer };

export const ok = <T>(value: T): Checked<T> => ({ kind: 'ok', value });
export const fault = (answer: Answer): Checked<never> => ({ kind: 'fault', answer });

const SERVICES = 'Microsoft.Dynamics.Platform.Integration.Services.OData';

/** An error as the OData service words it: what happened is in `innererror`. */
export function errorAnswer(status: number, message: string, type: string, headers: Readonly<Record<string, string>> = {}): Answer {
  const innererror = { message, type, stacktrace: `   at ${SERVICES}.Update.UpdateManager.Run()` };
  return jsonAnswer(status, { error: { code: '', message: 'An error has occurred.', innererror } }, headers);
}

/** Trouble inside a write; older releases answer it with 500, newer with 400. */
export const writeError = (status: 400 | 500, schema: TableSchema, infolog: string): Answer =>
  errorAnswer(
    status,
    `Write failed for table row of type '${entityNameOf(schema)}'. Infolog: ${infolog}`,
    `${SERVICES}.AxODataWriteException`,
  );

/** The query or the body is not what the service can read. */
export const odataError = (words: string, status = 400): Answer => errorAnswer(status, words, 'Microsoft.OData.ODataException');

export const noneSelected = (): Answer =>
  errorAnswer(400, 'No resources were found when selecting for update.', `${SERVICES}.AxODataWriteException`);

export const notFound = (words: string): Answer => errorAnswer(404, words, 'System.Web.Http.HttpResponseException');

export const unknownProperty = (schema: TableSchema, name: string): Answer =>
  odataError(`Could not find a property named '${name}' on type 'Microsoft.Dynamics.DataEntities.${schema.name}'.`);

export const entityNameOf = (schema: TableSchema): string => schema.entity ?? schema.name;
export const labelOf = (schema: TableSchema): string => schema.label ?? schema.name;
const tableNameOf = (schema: TableSchema): string => schema.table ?? schema.name;
const columnLabelOf = (column: ColumnSchema): string => column.label ?? column.name;

export const duplicateWords = (schema: TableSchema, column: ColumnSchema, value: string): string =>
  `Error: Cannot create a record in ${labelOf(schema)} (${tableNameOf(schema)}). ${columnLabelOf(column)}: ${value}. The record already exists.`;

export const conflictWords = (schema: TableSchema): string =>
  `Error: Cannot edit a record in ${labelOf(schema)} (${tableNameOf(schema)}). An update conflict occurred due to another user process deleting the record or changing one or more fields in the record.`;

export const mandatoryWords = (schema: TableSchema, column: ColumnSchema): string =>
  `Warning: Field '${columnLabelOf(column)}' must be filled in.; Warning: validateField failed on field '${entityNameOf(schema)}.${column.name}'.`;

export const unrelatedWords = (column: ColumnSchema, value: string, table: string): string =>
  `Warning: The value '${value}' in field '${columnLabelOf(column)}' is not found in the related table '${table}'.; Warning: validateField failed on field '${column.name}'.`;
