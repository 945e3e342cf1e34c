import type { EntityName, SystemId } from '../ids.ts';

/** `error`: something will not be mirrored. `warning`: values may be changed or turned away. `note`: worth knowing. */
export type AuditSeverity = 'error' | 'warning' | 'note';

/** What an audit looks for. Each kind has a row in docs/audit.md. */
export const AUDITED = {
  A01: 'the table is not there, or cannot be read',
  A02: 'a column is not there',
  A03: 'a column is of another type',
  A04: 'a text may be cut',
  A05: 'a number may be rounded',
  A06: 'a column cannot be written',
  A07: 'a required column is not given',
  A08: 'a choice has no entry in the value map',
  A09: 'the value map names what is no choice',
  A10: 'no key of the system finds the record',
  A11: 'change tracking is off',
  A12: 'changed since the baseline',
  A13: 'nothing can be asked',
  A14: 'our user lacks a right',
} as const;

export type AuditCode = keyof typeof AUDITED;

/** One thing that the maps and a system do not agree in. */
export interface AuditFinding {
  readonly code: AuditCode;
  readonly severity: AuditSeverity;
  readonly entity: EntityName;
  readonly system: SystemId;
  readonly field?: string;
  readonly column?: string;
  readonly words: string;
  readonly fix: string;
}
