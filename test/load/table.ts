import type { Deed } from './crowd.ts';
import type { Sample } from './memory.ts';
import type { Struck } from './weather.ts';

/** Everything that a run of the load came to. */
export interface Came {
  readonly minutes: number;
  readonly rate: number;
  readonly deeds: readonly Deed[];
  readonly records: number;
  readonly conflicts: number;
  readonly held: number;
  readonly rulings: number;
  readonly parked: number;
  readonly writes: number;
  readonly struck: Struck;
  readonly memory: readonly Sample[];
  readonly lagsMs: readonly number[];
  readonly late: number;
  readonly calmMs: number;
  readonly lost: readonly string[];
  readonly diverged: readonly string[];
  readonly misplaced: readonly string[];
  readonly invented: readonly string[];
}

/** As a table of Markdown, two columns. */
export function table(came: Came): string {
  const count = (kind: Deed['kind']): number => came.deeds.filter((deed) => deed.kind === kind).length;
  const faults = Object.entries(came.struck);
  const rows: readonly (readonly [string, string | number])[] = [
    ['load', `${came.minutes} minutes at ${came.rate} a second`],
    [
      'events',
      `${came.deeds.length} (${count('edit')} edits, ${count('add')} customers added, ${count('remove')} removed), and ${came.lagsMs.length} probes`,
    ],
    ['conflicts settled by rule, by a person', `${came.conflicts}, ${came.rulings}`],
    ['held, parked', `${came.held}, ${came.parked}`],
    ['writes of Concord', came.writes],
    [
      'faults injected',
      `${faults.reduce((sum, [, times]) => sum + times, 0)} (${faults.map(([what, times]) => `${what}: ${times}`).join(', ')})`,
    ],
    [
      'memory at the start, after a tenth, at the end',
      [0, Math.floor(came.memory.length / 10), came.memory.length - 1].map((at) => memory(came.memory[at])).join('; '),
    ],
    ['most memory', `${Math.max(...came.memory.map(({ rssMib }) => rssMib))} MiB`],
    ['lag p50, p90, p99, most', [0.5, 0.9, 0.99, 1].map((share) => `${quantile(came.lagsMs, share)} ms`).join(', ')],
    ['probes that came late or never', came.late],
    ['calm to equal', `${came.calmMs} ms`],
    ['records', came.records],
    ['lost', came.lost.length],
    ['diverged', came.diverged.length + came.misplaced.length],
    ['invented', came.invented.length],
  ];
  return ['| | |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
}

function memory(sample: Sample | undefined): string {
  return sample ? `${sample.rssMib} MiB (heap ${sample.heapMib})` : 'not known';
}

function quantile(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN);
}
