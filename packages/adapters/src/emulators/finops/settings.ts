import { z } from 'zod';

const settingsSchema = z.strictObject({
  /** The default company of every user: what is seen and written without `cross-company=true`. */
  company: z.string().min(1),
  pageRowsMax: z.number().int().min(1).max(10_000),
  /** How a write with an outdated `If-Match` is answered: by a bare status, or by the update conflict's words in a 400. No source settles which. */
  staleAs: z.enum(['412', '409', '400']),
  /** Some entities pass over `If-Match`: the last write wins. */
  ifMatch: z.enum(['honoured', 'ignored']),
  /** How a write that the business logic refuses is answered. */
  errorStatus: z.union([z.literal(400), z.literal(500)]),
});

export type FinopsSettings = z.infer<typeof settingsSchema>;

export const SETTINGS_DEFAULT: FinopsSettings = {
  company: 'dat',
  pageRowsMax: 10_000,
  staleAs: '412',
  ifMatch: 'honoured',
  errorStatus: 400,
};

export const parseFinopsSettings = (json: unknown): Partial<FinopsSettings> => {
  const given = settingsSchema.partial().parse(json);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};
