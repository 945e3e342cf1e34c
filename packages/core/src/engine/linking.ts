import type { RecordId, SystemId } from '../ids.ts';
import { leftIn, relink, unlink } from '../merge/unlink.ts';
import type { Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import type { Intake } from './intake.ts';
import { NotNow } from './not-now.ts';
import type { Make } from './taking-back.ts';
import { isAlive } from './kin.ts';
import type { Parts } from './parts.ts';
import { must } from '../errors/must.ts';

/** Whether a record is to be mirrored in one system. */
export interface LinkingAsk {
  readonly record: RecordId;
  readonly system: SystemId;
  readonly act: 'unlink' | 'relink';
  readonly by: string;
  readonly note?: string;
}

export type LinkingAnswer = { readonly kind: 'done' | 'unknown' } | { readonly kind: 'refused'; readonly words: string };

/** Parts a record from its row in one system, or has them mirrored again: in the record's lane. */
export function setLink(parts: Parts, intake: Intake, ask: LinkingAsk): Promise<LinkingAnswer> {
  const { record: id, system, act, by, note } = ask;
  const told = { atMs: parts.clock.nowMs(), operator: by, act, record: id, note: note === undefined ? system : `${system}: ${note}` };
  const withAct = (plan: Plan | undefined): Plan | undefined => plan && { ...plan, act: told };

  return parts.lanes.run(id, async (): Promise<LinkingAnswer> => {
    const record = await parts.ledger.record(id);
    const table = record && parts.tables.get(record.entity);
    if (!record || !table) return { kind: 'unknown' };
    const why = act === 'unlink' ? whyNotUnlink(record, system) : whyNotRelink(record, system);
    if (why !== undefined) return { kind: 'refused', words: why };
    const make: Make = (now, context) => withAct((act === 'unlink' ? unlink : relink)(now, system, table, context));
    try {
      if (act === 'relink') await adoptAgain(parts, intake, record, system);
      await intake.persist(id, make, true);
      return { kind: 'done' };
    } catch (cause) {
      if (cause instanceof NotNow) return { kind: 'refused', words: cause.message };
      throw cause;
    }
  });
}

/** What its row holds by now is weighed as what is first told of it there. */
async function adoptAgain({ systems }: Parts, intake: Intake, record: RecordState, id: SystemId): Promise<void> {
  const { key } = record.links[id] ?? {};
  await intake.adopt(record, must(systems.get(id), 'a linked system is there'), must(key, 'what was parted had a row'));
}

function whyNotUnlink(record: RecordState, system: SystemId): string | undefined {
  if (record.relations?.mergedInto !== undefined) return `it was folded into ${record.relations.mergedInto}`;
  if (!isAlive(record)) return 'it is deleted';
  if (record.links[system]?.state !== 'present') return `it has no row in ${system}`;
  const others = Object.entries(record.links).filter(([name, { state }]) => name !== system && state === 'present');
  return others.length === 0 ? `it has a row in ${system} alone` : undefined;
}

function whyNotRelink(record: RecordState, system: SystemId): string | undefined {
  return leftIn(record, system) ? undefined : `nobody has parted it from a row in ${system}`;
}
