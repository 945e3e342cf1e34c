import type { Json, JsonObject } from '@concord/core';
import type { Place } from '../places.ts';
import type { ChangeTold } from '../rest.ts';
import type { Stage } from '../stage.ts';

/** Long enough for two people to press "save" before Concord hears of either. */
export const HOLD_MS = 400;

/** A record, and what was added to its history from now on. */
export interface Watch {
  readonly id: string;
  changes(): Promise<readonly ChangeTold[]>;
}

export async function since({ rest }: Stage, place: Place): Promise<Watch> {
  const { id, versions } = await rest.record('fno', place.entity, place.fnoKey);
  return { id, changes: async () => (await rest.history(id)).filter(({ version }) => version > versions) };
}

/** A column that holds text; empty when it does not. */
export function textIn(row: JsonObject | undefined, column: string): string {
  const value = row?.[column];
  return typeof value === 'string' ? value : '';
}

/** Some columns of a row, in order; `null` where it has none. */
export function pick(row: JsonObject | undefined, ...columns: readonly string[]): readonly Json[] {
  return columns.map((column) => row?.[column] ?? null);
}
