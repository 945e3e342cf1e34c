import { z } from 'zod';
import { ask, through } from './answers.ts';
import { instant, latestOf } from './edits.ts';
import { definePolicy } from './kind.ts';
import { block, innerPolicy } from './spec.ts';
import { must } from '../errors/must.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const DAYS_MAX = 31;
const HOURS_MAX = 24;
const day = z
  .int()
  .min(-DAYS_MAX)
  .max(DAYS_MAX)
  .refine((number) => number !== 0, 'Expected 1 to 31, or -1 for the last day of the month');

const options = block({
  months: z.array(z.int().min(1).max(12)).min(1).optional().describe('1 to 12.'),
  days: z.array(day).min(1).optional().describe('Of the month; -1 is the last.'),
  weekdays: z.array(z.enum(DAYS)).min(1).optional(),
  hours: z
    .tuple([z.int().min(0).max(HOURS_MAX), z.int().min(0).max(HOURS_MAX)])
    .optional()
    .describe('From and to, in UTC: [18, 6] is the night.'),
  then: innerPolicy.describe('Decides in this time.'),
  else: innerPolicy.default('latest').describe('Decides at any other; default latest.'),
}).describe('A calendar, in UTC, and what decides inside and outside.');
type Calendar = z.output<typeof options>;

/** Which policy decides depends on when the last of the concurrent edits was made: on its own time, never on when anybody decides. */
export const during = definePolicy({
  name: 'during',
  summary: 'The calendar says which policy decides: by the time of the last edit, in UTC.',
  options,
  make: (calendar, setting) => {
    if (!calendar.months && !calendar.days && !calendar.weekdays && !calendar.hours) {
      setting.wrong([], 'The calendar names no time.', 'Give months, days, weekdays or hours.');
    }
    const inside = setting.inner(calendar.then, ['then']);
    const outside = setting.inner(calendar.else, ['else']);
    return (view) => {
      const last = must(latestOf(view.frontier), 'a frontier has at least one edit');
      const isInside = covers(calendar, new Date(last.stamp.ms));
      return through(
        'during',
        ask(isInside ? inside : outside, view),
        `${instant(last.stamp.ms)} is ${isInside ? 'within' : 'outside'} the time`,
      );
    };
  },
});

function covers({ months, days, weekdays, hours }: Calendar, at: Date): boolean {
  const lastDay = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate();
  const date = at.getUTCDate();
  return (
    (months?.includes(at.getUTCMonth() + 1) ?? true) &&
    (days?.some((number) => number === date || number === date - lastDay - 1) ?? true) &&
    (weekdays?.includes(DAYS[at.getUTCDay()] ?? 'Sun') ?? true) &&
    (hours === undefined || between(hours, at.getUTCHours()))
  );
}

function between([from, to]: readonly [number, number], hour: number): boolean {
  return from <= to ? from <= hour && hour < to : from <= hour || hour < to;
}
