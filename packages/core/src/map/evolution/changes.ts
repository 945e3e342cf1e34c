import type { JsonObject } from '../../values.ts';
import type { TableMap } from '../table.ts';
import { OF_ENTITY, OF_FIELD, OF_REGISTER, OF_SIDE, OF_SYSTEM, OF_TABLE, type Effect } from './effects.ts';
import { isAlike, outlineOf, type FieldOutline, type Outline } from './outline.ts';

/** One difference between the table map that a ledger ran with and the one that it is to run with. */
export interface MapChange extends Effect {
  readonly what: 'entity' | 'system' | 'field' | 'register' | 'rule';
  readonly kind: 'added' | 'removed' | 'renamed' | 'changed' | 'unknown';
  /** The entity, system, field or register; of a rule its name. */
  readonly name: string;
  /** What the field was called. */
  readonly from?: string;
  /** Of a field: where it is told otherwise. */
  readonly system?: string;
  /** The member of the table map that says otherwise. */
  readonly part?: string;
}

/** What changed. `before`: as `outlineOf` told it. */
export function mapChanges(before: Outline, map: TableMap): readonly MapChange[] {
  const now = outlineOf(map);
  return [...systemChanges(before, now), ...fieldChanges(before, now), ...registerChanges(before, now), ...ruleChanges(before, now)];
}

/** What is to be said of an entity as a whole. */
export function entityChange(name: string, kind: keyof typeof OF_ENTITY): MapChange {
  return { what: 'entity', kind: kind === 'returned' ? 'added' : kind, name, ...OF_ENTITY[kind] };
}

function systemChanges(before: Outline, now: Outline): readonly MapChange[] {
  const [come, gone] = [missing(now.sides, before.sides), missing(before.sides, now.sides)];
  return [
    ...come.map((name): MapChange => ({
      what: 'system',
      kind: 'added',
      name,
      reaches: 'rows',
      meaning: 'its rows are listed and matched, records that it lacks are made there, and where it differs the policies decide',
    })),
    ...gone.map((name): MapChange => ({
      what: 'system',
      kind: 'removed',
      name,
      reaches: 'records',
      meaning: 'nothing of it is read or written any more, and what waits for it is not written; what it told stays in the history',
    })),
    ...inBoth(before.sides, now.sides).flatMap((name) =>
      parts(before.sides[name], now.sides[name], OF_SYSTEM).map((part): MapChange => ({ what: 'system', kind: 'changed', name, ...part })),
    ),
  ];
}

function fieldChanges(before: Outline, now: Outline): readonly MapChange[] {
  const renamed = renamedIn(before, now);
  const come = missing(now.fields, before.fields).filter((name) => !renamed.some(({ to }) => to === name));
  const gone = missing(before.fields, now.fields).filter((name) => !renamed.some(({ from }) => from === name));
  return [
    ...renamed.map(({ from, to }): MapChange => ({
      what: 'field',
      kind: 'renamed',
      name: to,
      from,
      reaches: 'rows',
      meaning: `its values are read anew under the new name; the history of ${from} stays, and questions or writes of it that are open end with it`,
    })),
    ...come.map((name): MapChange => ({
      what: 'field',
      kind: 'added',
      name,
      reaches: 'rows',
      meaning: 'every row is read for it; where systems differ, its policy decides between what they hold',
    })),
    ...gone.map((name): MapChange => ({
      what: 'field',
      kind: 'removed',
      name,
      reaches: 'records',
      meaning:
        'it is not mirrored any more: systems keep what they hold, the history what they told; questions or writes of it that are open end',
    })),
    ...inBoth(before.fields, now.fields).flatMap((name) => fieldChange(name, before.fields[name], now.fields[name])),
  ];
}

/** Fields that are told in the same way under another name, each once. */
function renamedIn(before: Outline, now: Outline): readonly { readonly from: string; readonly to: string }[] {
  const left = new Set(missing(before.fields, now.fields));
  return missing(now.fields, before.fields).flatMap((to) => {
    const from = [...left].find((name) => isSameField(before.fields[name], now.fields[to]));
    if (from === undefined) return [];
    left.delete(from);
    return [{ from, to }];
  });
}

function isSameField(one: FieldOutline | undefined, other: FieldOutline | undefined): boolean {
  return isAlike(one?.sides, other?.sides) && isAlike(one?.rest['type'], other?.rest['type']);
}

function fieldChange(name: string, before: FieldOutline | undefined, now: FieldOutline | undefined): readonly MapChange[] {
  const [a, b] = [before?.sides ?? {}, now?.sides ?? {}];
  const of = { what: 'field', name } as const;
  const [come, gone] = [missing(b, a), missing(a, b)];
  return [
    ...parts(before?.rest, now?.rest, OF_FIELD).map((part): MapChange => ({ ...of, kind: 'changed', ...part })),
    ...come.map((system): MapChange => ({
      ...of,
      kind: 'added',
      system,
      reaches: 'rows',
      meaning: 'what that system holds is read, and where it differs the policy decides; what it lacks is written',
    })),
    ...gone.map((system): MapChange => ({
      ...of,
      kind: 'removed',
      system,
      reaches: 'records',
      meaning: 'that system keeps what it holds, and is neither read nor written for it any more',
    })),
    ...inBoth(a, b).flatMap((system) =>
      parts(a[system], b[system], OF_SIDE).map((part): MapChange => ({ ...of, kind: 'changed', system, ...part })),
    ),
  ];
}

function registerChanges(before: Outline, now: Outline): readonly MapChange[] {
  const of = (name: string, part: Effect & { readonly part: string }): MapChange => ({ what: 'register', kind: 'changed', name, ...part });
  // A register that is new is only news where its fields are not.
  const regrouped = missing(now.registers, before.registers).filter((name) => {
    const fields = now.registers[name]?.['fields'];
    return Array.isArray(fields) && fields.some((field) => Object.hasOwn(before.fields, String(field)));
  });
  return [
    ...regrouped.map((name) => of(name, { part: 'fields', ...OF_REGISTER.fields })),
    ...inBoth(before.registers, now.registers).flatMap((name) =>
      parts(before.registers[name], now.registers[name], OF_REGISTER).map((part) => of(name, part)),
    ),
  ];
}

function ruleChanges(before: Outline, now: Outline): readonly MapChange[] {
  return parts(before.rules, now.rules, OF_TABLE).map((part): MapChange => ({ what: 'rule', kind: 'changed', name: part.part, ...part }));
}

/** The members that say something else, with what that means. One that nobody knows any more, or not yet, is compared to be sure. */
function parts(
  before: JsonObject | undefined,
  now: JsonObject | undefined,
  effects: Readonly<Record<string, Effect>>,
): readonly (Effect & { readonly part: string })[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(now ?? {})])];
  const unknown: Effect = { meaning: 'another version of Concord says otherwise: every row is compared to be sure', reaches: 'rows' };
  return names
    .filter((part) => !isAlike(before?.[part], now?.[part]))
    .map((part) => ({ part, ...(Object.hasOwn(effects, part) ? (effects[part] ?? unknown) : unknown) }));
}

function missing(from: object, of: object): readonly string[] {
  return Object.keys(from).filter((name) => !Object.hasOwn(of, name));
}

function inBoth(one: object, other: object): readonly string[] {
  return Object.keys(other).filter((name) => Object.hasOwn(one, name));
}
