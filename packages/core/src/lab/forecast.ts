import { systemId, type EntityName, type SystemId } from '../ids.ts';
import type { Facts, RegisterFacts } from './facts.ts';

const DAY_MS = 86_400_000;
/** A history of less than a minute says nothing about a day. */
const SPAN_MS_MIN = 60_000;

/** What may be expected of one register and two systems. */
export interface Expected {
  readonly entity: EntityName;
  readonly register: string;
  readonly systems: readonly [SystemId, SystemId];
  /** Edits a day, over all records. */
  readonly rates: readonly [number, number];
  readonly lagMs: readonly [number, number];
  /** Conflicts a day by the formula, and as they were counted. */
  readonly expected: number;
  readonly counted: number;
}

export interface Forecast {
  readonly days: number;
  readonly registers: readonly Expected[];
  readonly perDay: number;
  /** Conflicts a day if edits were carried over in half, and in a tenth of the time. */
  readonly atHalf: number;
  readonly atTenth: number;
  /** The lags that were assumed where the history tells none. */
  readonly assumedLagMs: number;
}

export const LAG_MS_DEFAULT = 5_000;

/**
 * Edits of two systems to one field of one record, as independent events at constant rates: an edit of A meets one of B that is made within
 * the time that A's needs to B, or B's to A. Conflicts a day = Σ over records (edits by A/day · edits by B/day) · (lag A→B + lag B→A) in days.
 */
export function forecast(facts: Facts, { lagMs }: { readonly lagMs?: number } = {}): Forecast {
  const days = Math.max(SPAN_MS_MIN, facts.lastMs - facts.firstMs) / DAY_MS;
  const registers = [...facts.registers.values()].flatMap((register) => expectedOf(facts, register, days, lagMs));
  const sorted = registers.toSorted((a, b) => b.expected - a.expected);
  const perDay = registers.reduce((total, { expected }) => total + expected, 0);
  return { days, registers: sorted, perDay, atHalf: perDay / 2, atTenth: perDay / 10, assumedLagMs: lagMs ?? LAG_MS_DEFAULT };
}

function expectedOf({ gaps }: Facts, facts: RegisterFacts, days: number, given: number | undefined): readonly Expected[] {
  return [...facts.pairs].map(([names, products]) => {
    const [a, b] = pairOf(names);
    const lag = (from: SystemId, to: SystemId): number => given ?? gaps.lagMs(from, to) ?? LAG_MS_DEFAULT;
    const lags = [lag(a, b), lag(b, a)] as const;
    const expected = (products / days ** 2) * ((lags[0] + lags[1]) / DAY_MS);
    const rate = (system: SystemId): number => (facts.bySystem.get(system) ?? 0) / days;
    const { entity, register } = facts;
    return {
      entity,
      register,
      systems: [a, b] as const,
      rates: [rate(a), rate(b)] as const,
      lagMs: lags,
      expected,
      counted: facts.rivals / days,
    };
  });
}

function pairOf(names: string): readonly [SystemId, SystemId] {
  const [a = '', b = ''] = names.split(' ');
  return [systemId(a), systemId(b)];
}
