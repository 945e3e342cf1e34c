import { z } from 'zod';

const DAY_MS = 86_400_000;

const settingsSchema = z.strictObject({
  /** Rows in a page; a client may ask for fewer. */
  pageRowsMax: z.number().int().min(1).max(5_000),
  /** `Organization.ExpireChangeTrackingInDays`, in ms. */
  deltaLifeMs: z.number().int().min(0),
  /** The three service-protection limits, for each principal in a sliding window. */
  requestsMax: z.number().int().min(1),
  executionMsMax: z.number().min(1),
  concurrentMax: z.number().int().min(1),
  windowMs: z.number().int().min(1_000),
  /** A larger webhook message goes out without its contexts and images. */
  hookBytesMax: z.number().int().min(1),
  /** By client, how far its privileges reach, by name; those that are not named are `Global`. */
  privileges: z.record(z.string(), z.record(z.string(), z.enum(['None', 'Basic', 'Local', 'Deep', 'Global']))),
});

export type DataverseSettings = z.infer<typeof settingsSchema>;

export const SETTINGS_DEFAULT: DataverseSettings = {
  pageRowsMax: 5_000,
  deltaLifeMs: 7 * DAY_MS,
  requestsMax: 6_000,
  executionMsMax: 1_200_000,
  concurrentMax: 52,
  windowMs: 300_000,
  hookBytesMax: 256 * 1_024,
  privileges: {},
};

export const parseDataverseSettings = (json: unknown): Partial<DataverseSettings> => {
  const given = settingsSchema.partial().parse(json);
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};
