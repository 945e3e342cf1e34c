import { setTimeout as wait } from 'node:timers/promises';
import { Type, type Static } from 'typebox';
import { getHealth, postTo } from './lab/asked.ts';

export interface ResyncGiven {
  readonly url: string;
  readonly by: string;
  readonly note?: string;
}

const LOOK_EVERY_MS = 500;
const recordShape = Type.Object({
  systems: Type.Record(Type.String(), Type.String()),
  differing: Type.Number(),
  writes: Type.Array(Type.String()),
});

export async function resyncRecord(id: string, { url, by, note }: ResyncGiven): Promise<number> {
  const body = { by, ...(note === undefined ? {} : { note }) };
  const { systems, differing, writes } = await postTo(`${url}/v1/records/${encodeURIComponent(id)}/resync`, body, recordShape);
  for (const [system, state] of Object.entries(systems)) console.log(`${system}: ${state}`);
  const written = writes.length === 0 ? 'nothing is to be written' : `written to now: ${writes.join(', ')}`;
  console.log(`${differing} rows were not what they were taken for; ${written}.`);
  return Object.values(systems).includes('unreachable') ? 1 : 0;
}

const resync = Type.Object({ state: Type.String(), rows: Type.Number(), differing: Type.Number() });
const map = Type.Object({ system: Type.String(), entity: Type.String(), state: Type.String(), resync: Type.Optional(resync) });
const health = Type.Object({ maps: Type.Array(map) });

/** Begins it, and tells how far it is until it has ended. */
export async function resyncEntity(entity: string, { url, by, note }: ResyncGiven): Promise<number> {
  const body = { by, ...(note === undefined ? {} : { note }) };
  await postTo(`${url}/v1/entities/${encodeURIComponent(entity)}/resync`, body, Type.Object({ systems: Type.Array(Type.String()) }));
  for (;;) {
    const { maps } = await getHealth(url, health);
    const ours = maps.filter((one) => one.entity === entity);
    console.log(ours.map(wordsOf).join('; '));
    if (ours.every((one) => one.resync?.state === 'done')) return 0;
    await wait(LOOK_EVERY_MS);
  }
}

function wordsOf({ system, state, resync: told }: Static<typeof map>): string {
  if (!told) return `${system}: ${state}`;
  return `${system}: ${told.state}${told.state === 'done' || state === 'live' ? '' : ` (${state})`}, ${told.rows} rows, ${told.differing} were not what they were taken for`;
}
