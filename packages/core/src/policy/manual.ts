import { z } from 'zod';
import { definePolicy } from './kind.ts';

/** Every conflict waits for a person; nothing is written meanwhile. */
export const manual = definePolicy({
  name: 'manual',
  summary: 'A person decides every conflict.',
  options: z.undefined(),
  make: () => () => ({ kind: 'held', rule: 'manual', reason: 'a person decides here' }),
});
