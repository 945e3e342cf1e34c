import { forecast, gatherFacts, suggest, suggestionYaml } from '@concord/core';
import { forecastShape, suggestShape, tellForecast, type ForecastTold, type SuggestTold } from '../../views/habits.ts';
import { either, getFrom, type Where } from './asked.ts';
import { countFrom, withLedger } from './opened.ts';

export interface ForecastGiven extends Where {
  /** In seconds, instead of what the history tells. */
  readonly lag?: string;
  readonly json?: boolean;
}

const SHOWN_MAX = 30;

/** Tells how many conflicts a day are to be expected, field by field, and what a shorter lag would save. */
export async function labForecast(given: ForecastGiven): Promise<number> {
  const ask = given.lag === undefined ? {} : { lagMs: countFrom(given.lag) * 1000 };
  const query = ask.lagMs === undefined ? '' : `?lagMs=${ask.lagMs}`;
  return either(
    given,
    async (url) => print(await getFrom(`${url}/v1/lab/forecast${query}`, forecastShape), given),
    (config) =>
      withLedger(config, async ({ tables, ledger }) => print(tellForecast(forecast(await gatherFacts(ledger, tables), ask)), given)),
  );
}

function print(told: ForecastTold, { json = false }: ForecastGiven): number {
  console.log(json ? JSON.stringify(told, undefined, 2) : forecastLines(told).join('\n'));
  return 0;
}

function forecastLines({ days, registers, perDay, atHalf, atTenth, assumedLagMs }: ForecastTold): readonly string[] {
  const more = registers.length > SHOWN_MAX ? [`… and ${registers.length - SHOWN_MAX} more; --json shows them`] : [];
  return [
    `From ${lasting(days)} of history. Where it tells no lag, ${assumedLagMs / 1000} s are assumed.`,
    '',
    ...registers.slice(0, SHOWN_MAX).map(line),
    ...more,
    '',
    `Conflicts a day: ${short(perDay)}. With half the lag ${short(atHalf)}, with a tenth of it ${short(atTenth)}.`,
  ];
}

function line({ entity, register, systems: [a, b], rates, lagMs, expected, counted }: ForecastTold['registers'][number]): string {
  const lags = `lag ${short(lagMs[0] / 1000)} s and ${short(lagMs[1] / 1000)} s`;
  return `${entity}.${register}  ${a} ${short(rates[0])}/day, ${b} ${short(rates[1])}/day, ${lags}: ${short(expected)} conflicts/day expected, ${short(counted)} counted`;
}

const UNITS = [
  { name: 'days', aDay: 1 },
  { name: 'hours', aDay: 24 },
  { name: 'minutes', aDay: 1440 },
] as const;
const SECONDS = { name: 'seconds', aDay: 86_400 } as const;

/** In the largest unit of which there are two at least. */
function lasting(days: number): string {
  const { name, aDay } = UNITS.find((unit) => days * unit.aDay >= 2) ?? SECONDS;
  return `${short(days * aDay)} ${name}`;
}

function short(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** Prints policies that the history suggests, as an overlay for `lab replay` and `lab apply`. */
export async function labSuggest(given: Where): Promise<number> {
  return either(
    given,
    async (url) => printOverlay(await getFrom(`${url}/v1/lab/suggest`, suggestShape)),
    (config) =>
      withLedger(config, async ({ tables, ledger }) => {
        const found = suggest(await gatherFacts(ledger, tables), tables);
        return printOverlay({ suggestions: found.length, overlay: suggestionYaml(found) });
      }),
  );
}

function printOverlay({ suggestions, overlay }: SuggestTold): number {
  const nothing = '# The history suggests nothing: too few edits, or every field has editors on several sides.';
  console.log(suggestions === 0 ? nothing : overlay.trimEnd());
  return 0;
}
