import type { SystemId } from '../ids.ts';
import { holdersOf } from '../map/compile.ts';
import type { Draft } from './draft.ts';

/** The systems that have a register of this record: those of the table map, but for systems in which the record is no longer mirrored. */
export function holdersIn({ table, links }: Pick<Draft, 'table' | 'links'>, register: string): readonly SystemId[] {
  const holders = holdersOf(table, register);
  for (const system in links) {
    if (links[system]?.state === 'unlinked') return holders.filter((holder) => links[holder]?.state !== 'unlinked');
  }
  return holders;
}
