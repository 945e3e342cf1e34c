/**
 * What kind of disagreement it was: C01 same field, C02 different fields, C03 equal values, C04 update against delete, C05 delete against
 * delete, C06 create against create, C07 uniqueness, C08 missing reference, C09 invariant, C10 illegal transition, C11 bound, C12 stale
 * write, C13 refused by the target, C14 stored otherwise than written, C15 flapping, C16 suspicious clock, C17 not representable,
 * C18 decided again after a late edit, C19 unknown base, C20 mass change.
 */
export const CONFLICT_CODES = [
  'C01',
  'C02',
  'C03',
  'C04',
  'C05',
  'C06',
  'C07',
  'C08',
  'C09',
  'C10',
  'C11',
  'C12',
  'C13',
  'C14',
  'C15',
  'C16',
  'C17',
  'C18',
  'C19',
  'C20',
] as const;

export type ConflictCode = (typeof CONFLICT_CODES)[number];
