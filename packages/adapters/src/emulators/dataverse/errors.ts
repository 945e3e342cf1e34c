import type { Answer } from '../wire/answer.ts';
import { jsonAnswer } from '../wire/answer.ts';
import { isObject, parseJson } from '../wire/json.ts';
import { preference } from '../wire/operation.ts';
import type { Operation } from '../wire/operation.ts';

/** Either what was asked for, or the answer that refuses it. */
export type Checked<T> = { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'fault'; readonly answer: Answer };

export const ok = <T>(value: T): Checked<T> => ({ kind: 'ok', value });
export const fault = (answer: Answer): Checked<never> => ({ kind: 'fault', answer });

/** The codes of Dataverse's web service errors, as the platform's own code table lists them. */
export const CODES = {
  missing: '0x80040217',
  missingByKey: '0x80060891',
  exists: '0x80040237',
  keyViolated: '0x80060892',
  stale: '0x80060882',
  expired: '0x80044352',
  payload: '0x80048d19',
  query: '0x80060888',
  tooLong: '0x80044331',
  outOfRange: '0x80044330',
  choiceOutOfRange: '0x8004431a',
  notSupported: '0x80040203',
  requests: '0x80072322',
  executionTime: '0x80072321',
  concurrency: '0x80072326',
  unexpected: '0x80040216',
  privilege: '0x80040220',
} as const;

export function errorAnswer(status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}): Answer {
  return jsonAnswer(status, { error: { code, message } }, headers);
}

export const missingRow = (name: string, id: string): Answer => errorAnswer(404, CODES.missing, `${name} With Id = ${id} Does Not Exist`);

export const missingByKey = (name: string): Answer =>
  errorAnswer(404, CODES.missingByKey, `A record with the specified key values does not exist in ${name} entity`);

export const staleVersion = (): Answer =>
  errorAnswer(412, CODES.stale, "The version of the existing record doesn't match the RowVersion property provided.");

export const alreadyExists = (): Answer => errorAnswer(412, CODES.exists, 'A record with matching key values already exists.');

export function keyViolated(keyName: string, columns: readonly string[]): Answer {
  const named = columns.join(', ');
  return errorAnswer(
    412,
    CODES.keyViolated,
    `Entity Key ${keyName} violated. A record with the same value for ${named} already exists. A duplicate record cannot be created. Select one or more unique values and try again.`,
  );
}

export const badPayload = (set: string, words: string): Answer =>
  errorAnswer(400, CODES.payload, `Error identified in Payload provided by the user for Entity :'${set}'. InnerException : ${words}`);

export const unknownProperty = (entity: string, name: string): Answer =>
  errorAnswer(400, CODES.query, `Could not find a property named '${name}' on type 'Microsoft.Dynamics.CRM.${entity}'.`);

export const expiredStamp = (): Answer =>
  errorAnswer(400, CODES.expired, 'Version stamp associated with the client has expired. Please perform a full sync.');

/** Clients that ask for every annotation are told more about an error, inside `error`. */
export function annotated(operation: Operation, answer: Answer): Answer {
  if (answer.status < 400 || preference(operation, 'odata.include-annotations') !== '*') return answer;
  const body = parseJson(answer.body ?? '');
  const error = isObject(body) ? body['error'] : undefined;
  if (!isObject(error)) return answer;
  const more = {
    '@Microsoft.PowerApps.CDS.ErrorDetails.OperationStatus': '0',
    '@Microsoft.PowerApps.CDS.ErrorDetails.SubErrorCode': '0',
    '@Microsoft.PowerApps.CDS.HelpLink': 'http://go.microsoft.com/fwlink/?LinkID=398563',
    '@Microsoft.PowerApps.CDS.TraceText': '',
    '@Microsoft.PowerApps.CDS.InnerError.Message': error['message'] ?? '',
  };
  return { ...answer, body: JSON.stringify({ error: { ...error, ...more } }) };
}
