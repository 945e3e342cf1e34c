import type { SystemId } from '../ids.ts';
import type { Hint } from '../ports/system.ts';
import type { Json } from '../values.ts';
import { NotNow, type Intake } from './intake.ts';
import type { Parts } from './parts.ts';
import type { Puller } from './puller.ts';

/** A hook is only a hint: the row that it points at is read, or the feed is pulled. Nothing in the body is believed. */
export function takeHints(
  parts: Parts,
  intake: Intake,
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
    else void look(parts, intake, id, hint).catch((cause: unknown) => missed(parts, puller, id, cause));
  }
  return hints.length;
}

async function look(parts: Parts, intake: Intake, id: SystemId, { entity, key }: Hint): Promise<void> {
  const [system, table] = [parts.systems.get(id), parts.tables.get(entity)];
  if (!system || !table || key === undefined) return;
  const began = parts.reads.begin();
  try {
    const read = await system.read(entity, key);
    if (read.kind === 'row') await intake.take({ system, table, began }, { kind: 'row', row: read.row });
    else if (read.kind === 'missing') await intake.take({ system, table, began }, { kind: 'gone', key });
    else throw new NotNow(system.id, read.kind);
  } finally {
    parts.reads.end(began);
  }
}

/** A hint that could not be followed costs nothing: the feed tells the same, a little later. */
function missed(parts: Parts, puller: Puller | undefined, system: SystemId, cause: unknown): void {
  if (!(cause instanceof NotNow)) parts.log.event('hint missed', { system, words: cause instanceof Error ? cause.message : String(cause) });
  puller?.wake();
}
