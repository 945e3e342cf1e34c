/**
 * Error codes of Dataverse, from "Web service error codes" and "Optimistic concurrency" of its documentation. Old samples write them as
 * negative numbers, some answers leave them out.
 */
export const CODES = {
  versionMismatch: '0x80060882',
  /** "A record with matching key values already exists." */
  duplicateRecord: '0x80040237',
  keyViolated: '0x80060892',
  duplicateDetected: '0x80040333',
  versionExpired: '0x80044352',
} as const;

/** A code in one form: lower-case hex. */
export function codeOf(code: string): string {
  return /^-\d+$/.test(code) ? `0x${(Number(code) >>> 0).toString(16)}` : code.toLowerCase();
}
