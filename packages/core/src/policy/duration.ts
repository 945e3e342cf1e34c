import { z } from 'zod';

const UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const FORM = /^(\d{1,9})(ms|s|m|h|d)$/u;

/** A length of time as people write it, in milliseconds: `5s`, `30m`, `12h`, `90d`. */
export const duration = z
  .string()
  .regex(FORM, 'Expected a length of time, such as 5s, 30m, 12h or 90d')
  .transform((words) => {
    const [, count = '0', unit = 'ms'] = FORM.exec(words) ?? [];
    return Number(count) * (Object.entries(UNITS).find(([name]) => name === unit)?.[1] ?? 1);
  })
  .describe('A length of time: 5s, 30m, 12h, 90d.');
