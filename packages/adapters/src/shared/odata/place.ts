import { cursor } from '@concord/core';
import type { Cursor } from '@concord/core';
import type { z } from 'zod';

/** Writes a place in a feed as a cursor: JSON that says of itself what it is. */
export function cursorOf(place: object): Cursor {
  return cursor(JSON.stringify(place));
}

/** Reads a place back; `undefined` when the text is not one that this adapter, in this configuration, has written. */
export function placeIn<Schema extends z.ZodType>(from: Cursor, schema: Schema): z.output<Schema> | undefined {
  try {
    const parsed = schema.safeParse(JSON.parse(from));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
