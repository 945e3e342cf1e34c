/**
 * What kind of disagreement it was: C01 same field, C02 different fields, C03 equal values, C04 update against delete, C05 delete against
 * delete, C06 create against create, C07 uniqueness, C08 missing reference, C09 invariant, C10 illegal transition, C11 bound, C12 stale
 * write, C13 refused by the target, C14 stored otherwise than written, C15 flapping, C16 suspicious clock, C17 not representable,
 * C18 decided again after a late edit, C19 unknown base, C20 mass change.
 */
export type ConflictCode =
  `C${'01' | '02' | '03' | '04' | '05' | '06' | '07' | '08' | '09' | '10' | '11' | '12' | '13' | '14' | '15' | '16' | '17' | '18' | '19' | '20'}`;
