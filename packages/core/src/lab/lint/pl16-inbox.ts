import type { ConflictRow } from '../../ports/plan.ts';
import { finding, policyLine, registers, type LintRule } from './rule.ts';

const DAY_MS = 86_400_000;
/** Fewer than this in the inbox is no queue. */
const WAITING_MIN = 10;
const EXAMPLES_MAX = 3;

/** What comes in faster than it is decided is never decided. */
export const inbox: LintRule = {
  code: 'PL16',
  title: 'more conflicts wait for a person than people decide',
  needs: 'ledger',
  check: (subject) =>
    registers(subject).flatMap((place) => {
      const rows =
        subject.facts?.conflicts.filter((row) => row.entity === place.table.map.entity && row.register === place.rule.name) ?? [];
      const waiting = rows.filter(({ state }) => state === 'held');
      const decided = rows.length - waiting.length;
      if (waiting.length < WAITING_MIN || waiting.length <= decided) return [];
      const days = daysOf(rows);
      const evidence = `${(rows.length / days).toFixed(1)} a day come in, ${(decided / days).toFixed(1)} a day are decided, ${waiting.length} wait`;
      const records = waiting.slice(0, EXAMPLES_MAX).map(({ record }) => record);
      return [
        finding('PL16', place, {
          severity: 'warning',
          evidence,
          records,
          change: policyLine(place, `{ prefer: [${place.table.systems.join(', ')}] }`),
        }),
      ];
    }),
};

function daysOf(rows: readonly ConflictRow[]): number {
  const times = rows.flatMap(({ openedAtMs, closedAtMs }) => [openedAtMs, ...(closedAtMs === undefined ? [] : [closedAtMs])]);
  const [first, last] = [times.reduce((a, b) => Math.min(a, b)), times.reduce((a, b) => Math.max(a, b))];
  return Math.max(1, (last - first) / DAY_MS);
}
