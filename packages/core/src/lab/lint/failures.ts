import type { EntityName, RecordId } from '../../ids.ts';
import type { FailureRow } from '../../ports/plan.ts';
import type { LintSubject } from './rule.ts';

/** The failures of one kind about one register: what was put into words begins with its name. */
export function failuresOf({ facts }: LintSubject, code: string, entity: EntityName, register?: string): readonly FailureRow[] {
  return (facts?.failures ?? []).filter(
    (row) => row.code === code && row.entity === entity && (register === undefined || new RegExp(`^${register}\\b`, 'u').test(row.words)),
  );
}

const EXAMPLES_MAX = 3;

export function recordsIn(rows: readonly FailureRow[]): readonly RecordId[] {
  return [...new Set(rows.flatMap(({ record }) => record ?? []))].slice(0, EXAMPLES_MAX);
}
