import type { AlertRule, AlertsConfig } from '@concord/core';
import { conditionsOf, sampleOf, type Condition, type Observed, type Sample } from './conditions.ts';

/** What is told of an alert. */
export interface Notice extends Condition {
  readonly what: 'begins' | 'goes-on' | 'ends' | 'test';
  /** Since when it holds; ms since 1970 UTC. */
  readonly sinceMs: number;
  /** The destinations; absent: all. */
  readonly to?: readonly string[];
}

/** What is remembered from one look to the next. */
export interface Watched {
  /** When it was first looked; absent before that. */
  readonly firstMs?: number;
  readonly samples: readonly Sample[];
  readonly standings: ReadonlyMap<string, Standing>;
}

export interface Standing {
  readonly condition: Condition;
  readonly rule: AlertRule;
  readonly sinceMs: number;
  /** Whether it held at the latest look. */
  readonly holds: boolean;
  /** Whether somebody believes that it goes on: its beginning was told, and its end was not. */
  readonly isTold: boolean;
  /** When it was last said to begin or to go on. */
  readonly toldMs?: number;
}

export const NOTHING_WATCHED: Watched = { samples: [], standings: new Map() };

/** At the start of the process everything is counted from nothing. */
const ZERO: Sample = { atMs: 0, writes: {}, flaps: 0 };
/** So many looks back are kept; they lie further apart where a window is longer. */
const SAMPLES_MAX = 500;

/**
 * Which alerts begin, go on and end: a pure function of what is seen and what was seen before. One begins when it held at every look for as
 * long as its rule says; nothing is said of it again within the quiet time, but that it has ended.
 */
export function watch(
  { rules, quietMs }: Pick<AlertsConfig, 'rules' | 'quietMs'>,
  observed: Observed,
  watched: Watched,
): { readonly notices: readonly Notice[]; readonly watched: Watched } {
  const { nowMs } = observed;
  const firstMs = watched.firstMs ?? nowMs;
  const notices: Notice[] = [];
  const standings = new Map<string, Standing>();
  for (const [index, rule] of rules.entries()) {
    const before = watched.samples.findLast(({ atMs }) => atMs <= nowMs - windowMs(rule)) ?? ZERO;
    const held = [...watched.standings.values()].filter((standing) => standing.rule === rule);
    const conditions = conditionsOf(rule, index, observed, before, firstMs);
    // What cannot be told neither begins nor ends.
    const next = conditions
      ? [...conditions.map((condition) => hold(condition, rule, watched.standings.get(condition.id), nowMs)), ...ended(held, conditions)]
      : held;
    for (const standing of next) {
      const what = conditions && whatToTell(standing, { nowMs, firstMs, quietMs });
      if (what) notices.push(noticeOf(standing, what));
      const kept = what ? { ...standing, isTold: what !== 'ends', ...(what === 'ends' ? {} : { toldMs: nowMs }) } : standing;
      if (kept.holds || kept.isTold || isQuiet(kept, nowMs, quietMs)) standings.set(kept.condition.id, kept);
    }
  }
  return { notices, watched: { firstMs, samples: sampled(rules, observed, watched.samples), standings } };
}

function hold(condition: Condition, rule: AlertRule, before: Standing | undefined, nowMs: number): Standing {
  if (!before) return { condition, rule, sinceMs: nowMs, holds: true, isTold: false };
  return { ...before, condition, holds: true, sinceMs: before.holds ? before.sinceMs : nowMs };
}

function ended(held: readonly Standing[], conditions: readonly Condition[]): readonly Standing[] {
  const ids = new Set(conditions.map(({ id }) => id));
  return held.filter(({ condition }) => !ids.has(condition.id)).map((standing) => ({ ...standing, holds: false }));
}

interface Times {
  readonly nowMs: number;
  readonly firstMs: number;
  readonly quietMs: number;
}

function whatToTell(standing: Standing, { nowMs, firstMs, quietMs }: Times): Notice['what'] | undefined {
  // Just after a start nothing has gone wrong yet: what was told before is over when it stays away for as long as it takes to begin.
  if (!standing.holds) return standing.isTold && nowMs - firstMs >= standing.rule.for ? 'ends' : undefined;
  if (nowMs - standing.sinceMs < standing.rule.for || isQuiet(standing, nowMs, quietMs)) return undefined;
  return standing.isTold ? 'goes-on' : 'begins';
}

function isQuiet({ toldMs }: Standing, nowMs: number, quietMs: number): boolean {
  return toldMs !== undefined && nowMs - toldMs < quietMs;
}

function noticeOf({ condition, rule, sinceMs }: Standing, what: Notice['what']): Notice {
  return { ...condition, what, sinceMs, ...(rule.to ? { to: rule.to } : {}) };
}

function windowMs(rule: AlertRule): number {
  return 'within' in rule ? rule.within : 0;
}

/** The looks that a window may still begin at, and one before them. */
function sampled(rules: readonly AlertRule[], observed: Observed, samples: readonly Sample[]): readonly Sample[] {
  const longestMs = Math.max(...rules.map(windowMs));
  const lastMs = samples.at(-1)?.atMs;
  if (lastMs !== undefined && observed.nowMs - lastMs < longestMs / SAMPLES_MAX) return samples;
  const first = samples.findLastIndex(({ atMs }) => atMs <= observed.nowMs - longestMs);
  return [...samples.slice(Math.max(0, first)), sampleOf(observed)];
}
