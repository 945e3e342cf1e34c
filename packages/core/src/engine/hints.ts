import { brokeOf } from '../errors/broke.ts';
import type { SystemId } from '../ids.ts';
import type { Json } from '../values.ts';
import { NotNow } from './not-now.ts';
import type { Parts } from './parts.ts';
import type { Puller } from './puller.ts';

/** A hook is only a hint: the row that it points at is read, or the feed is pulled. Nothing in the body is believed. */
export function takeHints(
  parts: Parts,
  pullers: readonly Puller[],
  id: SystemId,
  body: Json,
  headers: Readonly<Record<string, string>>,
): number | undefined {
  const system = parts.systems.get(id);
  if (!system) return undefined;
  const hints = system.hints?.(body, headers) ?? [];
  for (const hint of hints) {
    const puller = pullers.find((candidate) => candidate.status().system === id && candidate.status().entity === hint.entity);
    if (hint.key === undefined) puller?.wake();
    else void puller?.look(hint.key).catch((cause: unknown) => missed(parts, puller, id, cause));
  }
  return hints.length;
}

/** A hint that could not be followed costs nothing: the feed tells the same, a little later. */
function missed(parts: Parts, puller: Puller | undefined, system: SystemId, cause: unknown): void {
  if (!(cause instanceof NotNow)) parts.log.event('hint missed', { system, ...brokeOf(cause) });
  puller?.wake();
}
