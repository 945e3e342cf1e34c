import { z } from 'zod';

/**
 * Where a feed stands. `link` is the next page of a listing under way, `whole` whether it tells rows or glimpses. `since` is the latest
 * modification time that was seen, in the service's own text; `skip` counts the rows of that very instant that were told already.
 */
export const feedPlace = z.strictObject({
  v: z.literal(1),
  shape: z.string(),
  link: z.string().min(1).optional(),
  whole: z.boolean(),
  /** When the last sweep began, in ms since 1970 UTC; 0: one is due. */
  sweptAtMs: z.number(),
  since: z.string().optional(),
  skip: z.number().int().min(0),
  /** A poll is under way, so that its next page does not reach back again. */
  onward: z.boolean(),
  /** A poll came after the last sweep: sweeps never keep polls from their turn. */
  polled: z.boolean(),
});

export type FeedPlace = z.output<typeof feedPlace>;

export function firstPlace(shape: string): FeedPlace {
  return { v: 1, shape, whole: true, sweptAtMs: 0, skip: 0, onward: false, polled: false };
}
