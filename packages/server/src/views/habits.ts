import type { Expected, Forecast, LintFinding } from '@concord/core';
import { Type, type Static } from 'typebox';

/** What looks unintended, as the API tells it, and as the command line reads it. */
export const lintShape = Type.Object({
  findings: Type.Array(
    Type.Object({
      code: Type.String(),
      severity: Type.Union([Type.Literal('error'), Type.Literal('warning'), Type.Literal('notice')]),
      entity: Type.String(),
      register: Type.Optional(Type.String()),
      evidence: Type.String(),
      records: Type.Array(Type.String()),
      change: Type.String(),
    }),
  ),
});
export type LintTold = Static<typeof lintShape>;

export function tellLint(findings: readonly LintFinding[]): LintTold {
  return { findings: findings.map((one) => ({ ...one, records: [...one.records] })) };
}

const both = Type.Tuple([Type.Number(), Type.Number()]);

/** Conflicts to be expected. */
export const forecastShape = Type.Object({
  days: Type.Number(),
  registers: Type.Array(
    Type.Object({
      entity: Type.String(),
      register: Type.String(),
      systems: Type.Tuple([Type.String(), Type.String()]),
      rates: both,
      lagMs: both,
      expected: Type.Number(),
      counted: Type.Number(),
    }),
  ),
  perDay: Type.Number(),
  atHalf: Type.Number(),
  atTenth: Type.Number(),
  assumedLagMs: Type.Number(),
});
export type ForecastTold = Static<typeof forecastShape>;

export function tellForecast(forecast: Forecast): ForecastTold {
  return { ...forecast, registers: forecast.registers.map(tellExpected) };
}

function tellExpected({ systems, rates, lagMs, ...rest }: Expected): ForecastTold['registers'][number] {
  return { ...rest, systems: [...systems], rates: [...rates], lagMs: [...lagMs] };
}

/** Policies learnt from the history; the overlay is YAML, with the counts beside each line. */
export const suggestShape = Type.Object({ suggestions: Type.Number(), overlay: Type.String() });
export type SuggestTold = Static<typeof suggestShape>;
