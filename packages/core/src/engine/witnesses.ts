import type { EntityName, RecordId } from '../ids.ts';
import type { Plan } from '../ports/plan.ts';
import type { System } from '../ports/system.ts';
import { must } from '../errors/must.ts';
import { translated } from './matching.ts';
import type { Parts } from './parts.ts';
import { isOldState } from './taking-back.ts';

/** So many records of an entity are remembered: those that were changed last are the ones that a restore takes back. */
const KEPT_MAX = 32;
const ASKED_MAX = 16;

/** Records that were changed lately. What one row leaves in doubt, their rows may prove. */
export interface Witnesses {
  follow(plan: Plan): void;
  /** Whether the row of another record is in a state that its system was known to have left behind. It is read. */
  speakAgainst(system: System, entity: EntityName, but: RecordId): Promise<boolean>;
}

export function openWitnesses(parts: Pick<Parts, 'ledger' | 'tables' | 'isFresh'>): Witnesses {
  const { ledger, tables } = parts;
  const lately = new Map<EntityName, RecordId[]>();

  async function isOld(system: System, entity: EntityName, id: RecordId): Promise<boolean> {
    const record = await ledger.record(id);
    const { state, key, version } = record?.links[system.id] ?? {};
    if (!record || state !== 'present' || key === undefined || version === undefined) return false;
    const read = await system.read(entity, key);
    if (read.kind !== 'row' || read.row.version === version) return false;
    if (system.compareVersions) return system.compareVersions(read.row.version, version) < 0;
    const table = must(tables.get(entity), 'a record has a table map');
    return isOldState(parts, record, await translated(ledger, system, table, read.row, record), table);
  }

  return {
    follow({ record: { entity, id } }) {
      const others = (lately.get(entity) ?? []).filter((other) => other !== id);
      lately.set(entity, [id, ...others].slice(0, KEPT_MAX));
    },
    async speakAgainst(system, entity, but) {
      const asked = (lately.get(entity) ?? []).filter((id) => id !== but).slice(0, ASKED_MAX);
      for (const id of asked) if (await isOld(system, entity, id)) return true;
      return false;
    },
  };
}
