import { Type, type Static } from 'typebox';
import { getFrom, postTo } from './lab/asked.ts';

export interface MapGiven {
  readonly url: string;
  readonly by: string;
  readonly note?: string;
}

const pause = Type.Object({ kind: Type.String(), by: Type.String(), note: Type.Optional(Type.String()), since: Type.String() });
const map = Type.Object({
  system: Type.String(),
  entity: Type.String(),
  state: Type.String(),
  pause: Type.Optional(pause),
  from: Type.Object({ lagSeconds: Type.Optional(Type.Number()) }),
  to: Type.Object({ due: Type.Number(), waiting: Type.Number(), parked: Type.Number(), lagSeconds: Type.Number() }),
});

export async function listMaps(url: string): Promise<number> {
  const { items } = await getFrom(`${url}/v1/maps`, Type.Object({ items: Type.Array(map) }));
  for (const one of items) console.log(wordsOf(one));
  return 0;
}

/** Has a map rest, or go on, and tells how it is then. */
export async function setMap(act: string, entity: string, system: string, { url, by, note }: MapGiven): Promise<number> {
  const path = [entity, system].map(encodeURIComponent).join('/');
  console.log(wordsOf(await postTo(`${url}/v1/maps/${path}/${act}`, { by, ...(note === undefined ? {} : { note }) }, map)));
  return 0;
}

/** Says of a mass change that a guard keeps waiting whether it is meant. */
export async function decideMap(decision: 'pass' | 'refuse', entity: string, system: string, { url, by, note }: MapGiven): Promise<number> {
  const path = [entity, system].map(encodeURIComponent).join('/');
  const body = { decision, by, ...(note === undefined ? {} : { note }) };
  await postTo(`${url}/v1/maps/${path}/guard`, body, Type.Object({ decision: Type.String() }));
  console.log(`${entity} ${system}: ${decision === 'pass' ? 'what waits is taken' : 'what waits is undone'}.`);
  return 0;
}

function wordsOf({ entity, system, state, pause: told, from, to }: Static<typeof map>): string {
  const why = told ? ` (${told.kind} by ${told.by} since ${told.since}${told.note === undefined ? '' : `: ${told.note}`})` : '';
  const behind = from.lagSeconds === undefined ? 'not read yet' : `read ${from.lagSeconds.toFixed(1)} s ago`;
  return `${entity} ${system}: ${state}${why}; ${behind}; ${to.due + to.waiting} writes wait, for ${to.lagSeconds.toFixed(1)} s; ${to.parked} parked`;
}
