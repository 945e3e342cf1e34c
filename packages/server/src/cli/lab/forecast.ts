import { forecast, gatherFacts, suggest, suggestionYaml, type Expected, type Forecast } from '@concord/core';
import { countFrom, inLaboratory, STOP_IT } from './opened.ts';

export interface ForecastGiven {
  readonly config: string;
  /** In seconds, instead of what the history tells. */
  readonly lag?: string;
  readonly json?: boolean;
}

const SHOWN_MAX = 30;

/** Tells how many conflicts a day are to be expected, field by field, and what a shorter lag would save. */
export function labForecast(given: ForecastGiven): Promise<number> {
  return inLaboratory(given.config, STOP_IT, async ({ tables, ledger }) => {
    const facts = await gatherFacts(ledger, tables);
    const told = forecast(facts, given.lag === undefined ? {} : { lagMs: countFrom(given.lag) * 1000 });
    console.log(given.json === true ? JSON.stringify(told, undefined, 2) : forecastLines(told).join('\n'));
    return 0;
  });
}

function forecastLines({ days, registers, perDay, atHalf, atTenth, assumedLagMs }: Forecast): readonly string[] {
  const more = registers.length > SHOWN_MAX ? [`… and ${registers.length - SHOWN_MAX} more; --json shows them`] : [];
  return [
    `From ${short(days)} days of history. Where it tells no lag, ${assumedLagMs / 1000} s are assumed.`,
    '',
    ...registers.slice(0, SHOWN_MAX).map(line),
    ...more,
    '',
    `Conflicts a day: ${short(perDay)}. With half the lag ${short(atHalf)}, with a tenth of it ${short(atTenth)}.`,
  ];
}

function line({ entity, register, systems: [a, b], rates, lagMs, expected, counted }: Expected): string {
  const lags = `lag ${short(lagMs[0] / 1000)} s and ${short(lagMs[1] / 1000)} s`;
  return `${entity}.${register}  ${a} ${short(rates[0])}/day, ${b} ${short(rates[1])}/day, ${lags}: ${short(expected)} conflicts/day expected, ${short(counted)} counted`;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** Prints policies that the history suggests, as an overlay for `lab replay` and `lab apply`. */
export function labSuggest(given: { readonly config: string }): Promise<number> {
  return inLaboratory(given.config, STOP_IT, async ({ tables, ledger }) => {
    const found = suggest(await gatherFacts(ledger, tables), tables);
    console.log(
      found.length === 0
        ? '# The history suggests nothing: too few edits, or every field has editors on several sides.'
        : suggestionYaml(found).trimEnd(),
    );
    return 0;
  });
}
