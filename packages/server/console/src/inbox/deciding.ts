import { asked, askedWhole, client, Problem, type Conflict } from '../api/client.ts';
import { bodyOf, type Choice } from './choices.ts';

/** One of those that are decided, and the ETag under which it was seen. */
interface Seen {
  readonly id: string;
  readonly etag?: string | undefined;
}

export interface Outcome {
  readonly id: string;
  readonly problem?: { readonly title: string; readonly remedy: string } | undefined;
}

/** So many are decided by one request. */
const TOGETHER_MAX = 100;

/** Decides one, as it was seen. Throws a Problem. */
export async function decide({ id, etag }: Seen, choice: Choice, note: string): Promise<Conflict> {
  const headers = etag === undefined || etag === '' ? {} : { 'if-match': etag };
  const body = { ...bodyOf(choice), ...noted(note) };
  return asked(client.POST('/v1/conflicts/{id}/resolve', { params: { path: { id }, header: headers }, body }));
}

/** Decides many alike, each for itself: one that was decided meanwhile is left as it is. Throws a Problem. */
export async function decideAll(ids: readonly string[], choice: Choice, note: string): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let from = 0; from < ids.length; from += TOGETHER_MAX) {
    const seen = await Promise.all(ids.slice(from, from + TOGETHER_MAX).map(seenNow));
    const items = seen.map(({ id, etag }) => ({ id, ...bodyOf(choice), ...(etag === '' ? {} : { ifMatch: etag }) }));
    outcomes.push(...(await asked(client.POST('/v1/conflicts/resolve', { body: { items, ...noted(note) } }))).items);
  }
  return outcomes;
}

async function seenNow(id: string): Promise<{ readonly id: string; readonly etag: string }> {
  return { id, etag: (await askedWhole(client.GET('/v1/conflicts/{id}', { params: { path: { id } } }))).etag };
}

/** Has it wait again. Throws a Problem. */
export async function undo(id: string): Promise<void> {
  await asked(client.POST('/v1/conflicts/{id}/reopen', { params: { path: { id } }, body: { note: 'Undone in the console.' } }));
}

function noted(note: string): { readonly note?: string } {
  return note.trim() === '' ? {} : { note: note.trim() };
}

const LOOK_MS = 150;
const LOOKS_MAX = 100;

export type Arrival =
  | { readonly kind: 'arrived'; readonly ms: number }
  /** It has not come there yet: the system refused it, rests, or cannot be reached. */
  | { readonly kind: 'parked' | 'waiting'; readonly systems: readonly string[] };

/** Waits until what was decided has come to every system, for a while. */
export async function arrivalOf(record: string, beganMs: number): Promise<Arrival> {
  for (let look = 0; ; look += 1) {
    const told = await asked(client.GET('/v1/records/{id}', { params: { path: { id: record } } }));
    const systems = Object.entries(told.systems);
    const parked = systems.flatMap(([system, link]) => (link.parked ? [system] : []));
    if (parked.length > 0) return { kind: 'parked', systems: parked };
    const planned = systems.flatMap(([system, link]) => (link.planned ? [system] : []));
    if (planned.length === 0) return { kind: 'arrived', ms: Date.now() - beganMs };
    if (look >= LOOKS_MAX) return { kind: 'waiting', systems: planned };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** Whether a refusal means that somebody was first. */
export function wasFirst(cause: unknown): cause is Problem {
  return cause instanceof Problem && (cause.code === 'CONFLICT_MOVED' || cause.code === 'CONFLICT_CLOSED');
}
