import type { EntityName, Key, RecordId, SystemId } from '../ids.ts';
import { identityText } from '../map/translate.ts';
import type { Plan } from '../ports/plan.ts';
import type { RecordState } from '../record/record.ts';
import type { Chore } from './chores.ts';
import { openPrints, type Prints } from './prints.ts';

/**
 * What waits for another record bears a mark of what it waits for, in the ledger; a commit that brings it looks these marks up. So waiting
 * costs nothing while it lasts, however much waits, and a start loses none of it.
 */
export interface Awaited {
  /** From now on, commits that bring one of these are noticed. Called before it is looked whether they are there already. */
  put(entity: EntityName, marks: readonly string[]): void;
  /** What a committed plan may put an end to the waiting of. */
  endedBy(plan: Plan): readonly Chore[];
}

/** What marks of this kind begin with. */
const WAITS = 'waits:';

/** What a record waits for, in one system or another. */
export function waitMarks({ links }: Pick<RecordState, 'links'>): readonly string[] {
  const marks = new Set<string>();
  for (const system in links) {
    const link = links[system];
    for (const { entity, by, text } of link?.unread ?? [])
      marks.add(by === undefined ? keyMark(system, entity, text) : nameMark(system, entity, identityText([text])));
    for (const id of link?.blocked?.by ?? []) marks.add(recordMark(system, id));
  }
  return [...marks];
}

/** The system in which something waits under a mark. */
export function waitsIn(mark: string): string {
  return mark.slice(WAITS.length, mark.indexOf(' '));
}

function recordMark(system: string, id: RecordId): string {
  return `${WAITS}${system} record ${id}`;
}

function keyMark(system: string, entity: string, key: Key | string): string {
  return `${WAITS}${system} key ${entity} ${key}`;
}

function nameMark(system: string, entity: string, identity: string): string {
  return `${WAITS}${system} name ${entity} ${identity}`;
}

export function openAwaited(systems: readonly SystemId[]): Awaited {
  // More names than are waited for cost a look into the ledger each time that they are met, and nothing else.
  const known = new Map<EntityName, Prints>();

  /** What a plan brings, in the words of those that wait. */
  function brought({ record, linked }: Plan): readonly string[] {
    const { id, entity, identity } = record;
    const names = identity === undefined ? [] : systems.map((system) => nameMark(system, entity, identity));
    return [...systems.map((system) => recordMark(system, id)), ...linked.map(({ system, key }) => keyMark(system, entity, key)), ...names];
  }

  return {
    put(entity, marks) {
      const prints = known.get(entity) ?? openPrints();
      known.set(entity, prints);
      for (const mark of marks) prints.put(mark, 1);
    },
    endedBy(plan) {
      if (known.size === 0) return [];
      const marks = brought(plan);
      return [...known].flatMap(([entity, prints]) =>
        marks.filter((mark) => prints.get(mark) !== undefined).map((mark) => ({ kind: 'awaited' as const, entity, mark })),
      );
    },
  };
}
