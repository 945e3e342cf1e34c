import type { AlertRule, Json } from '@concord/core';
import type { Standing, Watched } from './watch.ts';

/** Where it is kept what was told, so that a restart neither tells it again nor forgets to tell its end. */
export interface AlertMemory {
  read(): Promise<Json | undefined>;
  write(told: Json): Promise<void>;
}

/** What was told and is not over; or not long ago, so that it is quiet. As JSON. */
export function rememberedOf(watched: Watched): Json {
  return JSON.parse(JSON.stringify(toldStandings(watched)));
}

/** Of what was told, what tells one state of it from another: the words change with every count. */
export function toldIn(watched: Watched): string {
  return JSON.stringify(toldStandings(watched).map(({ condition: { id }, isTold, toldMs }) => [id, isTold, toldMs]));
}

function toldStandings({ standings }: Watched): readonly Standing[] {
  return [...standings.values()].filter(({ toldMs }) => toldMs !== undefined);
}

/** What was told before a restart, by rules that there are still. */
export function watchedFrom(told: Json | undefined, rules: readonly AlertRule[]): Watched {
  const standings = new Map<string, Standing>();
  // What this file wrote itself.
  const kept: readonly Standing[] = Array.isArray(told) ? JSON.parse(JSON.stringify(told)) : [];
  for (const standing of kept) {
    const rule = rules.find((one) => JSON.stringify(one) === JSON.stringify(standing.rule));
    if (rule) standings.set(standing.condition.id, { ...standing, rule });
  }
  return { samples: [], standings };
}
