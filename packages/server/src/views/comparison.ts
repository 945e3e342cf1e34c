import type { ChangeRow, Comparison, Divergence, Table } from '@concord/core';
import { instantOf, tellEdit } from './values.ts';

/** A difference with the change that took it as an edit; without one where that was compacted since. */
export interface Found extends Divergence {
  readonly change?: ChangeRow | undefined;
}

/** A comparison of all rows of a map: what it found that nothing explained, and what became of it. */
export function tellComparison(
  table: Table | undefined,
  { system, entity, by, beganAtMs, endedAtMs, rows, differing, unexplained }: Comparison,
  found: readonly Found[],
) {
  return {
    system,
    entity,
    ...(by === undefined ? {} : { by }),
    began: instantOf({ ms: beganAtMs }),
    ended: instantOf({ ms: endedAtMs }),
    rows,
    differing,
    unexplained,
    differences: found.map(({ record, version, change }) => ({
      record,
      version,
      // What the row held, and what it was taken to hold.
      edits: (change?.edits ?? []).filter((edit) => edit.system === system).map((edit) => tellEdit(table, edit)),
    })),
  };
}
