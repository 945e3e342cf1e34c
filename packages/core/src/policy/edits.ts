import { compareStamps } from '../clock/stamp.ts';
import type { Edit } from '../record/record.ts';

/** The total order of edits: by stamp, then by operation, so that equal stamps never leave a choice. */
export function compareEdits(a: Edit, b: Edit): number {
  return compareStamps(a.stamp, b.stamp) || (a.op < b.op ? -1 : a.op > b.op ? 1 : 0);
}

export function latestOf(edits: readonly Edit[]): Edit | undefined {
  return edits.reduce<Edit | undefined>((best, edit) => (best && compareEdits(best, edit) >= 0 ? best : edit), undefined);
}

export function earliestOf(edits: readonly Edit[]): Edit | undefined {
  return edits.reduce<Edit | undefined>((best, edit) => (best && compareEdits(best, edit) <= 0 ? best : edit), undefined);
}

/** An instant for people: ISO 8601 in UTC, whole seconds. */
export function instant(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
