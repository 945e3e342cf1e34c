import { isTuple, LIFE, type ConflictRow, type JsonObject, type RulingAsk, type Value } from '@concord/core';
import { putInto, replaceIn, startCrossing } from './combining.ts';
import { columnsOf } from './map.ts';
import type { Deed } from './story.ts';
import type { SimSystem } from './system.ts';
import type { World } from './world.ts';

const HELD_PAGE = 50;
const DRIFTING = 'memo';
const PERSON_WHO_RULES = 'mia';

/** Does one thing of a story. What cannot be done as things are is not done. */
export async function act(world: World, deed: Deed): Promise<void> {
  switch (deed.kind) {
    case 'create':
      return create(world, deed);
    case 'edit':
      return edit(world, deed.system, deed.name, () => deed.values);
    case 'add':
      return edit(world, deed.system, deed.name, ({ stock }) => {
        if (typeof stock !== 'number') return undefined;
        world.chronicle.add(deed.name, deed.amount);
        return { stock: stock + deed.amount };
      });
    case 'put':
      return edit(world, deed.system, deed.name, (seen) => putInto(world, deed, seen));
    case 'replace':
      return edit(world, deed.system, deed.name, (seen) => replaceIn(world, deed, seen));
    case 'cross':
      return startCrossing(world, deed, (next) => void act(world, next));
    case 'remove':
      return remove(world, deed);
    case 'own':
      return makeOwner(world, deed);
    case 'rule':
      return rule(world, deed);
    case 'expire':
      return systemIn(world, deed.system)?.expire();
    case 'hide':
      return hide(world, deed);
    case 'drift':
      return drift(world, deed);
    case 'resync':
      return world.resync(PERSON_WHO_RULES);
    case 'restore':
      return world.restores.restore(deed);
    case 'choose':
      return world.restores.choose();
    case 'crash':
      return world.crash();
    case 'stop':
      return world.stop();
    case 'compact':
      return world.compact(deed.keepMs);
    case 'shorten':
      return world.shorten(deed.keepMs);
  }
}

function systemIn(world: World, id: string): SimSystem | undefined {
  return world.systems.get(id);
}

function create(world: World, { system, name, values }: Extract<Deed, { readonly kind: 'create' | 'edit' }>): void {
  const inside = systemIn(world, system);
  const isTaken = world.story.keyed ? inside?.rows.named(name) : [...world.systems.values()].some(({ rows }) => rows.named(name));
  if (!inside || isTaken) return;
  const made = inside.rows.make({ account: name, ...values }, userOf(inside));
  world.chronicle.userChanged(inside.rows, undefined, made, [...columnsOf(world.story), ...(world.story.twins ? ['twin'] : [])]);
  world.hint(system, made.key);
}

function makeOwner({ owners }: World, { system, name }: Extract<Deed, { readonly kind: 'own' }>): void {
  const inside = owners.get(system);
  if (!inside || inside.rows.named(name)) return;
  inside.rows.make({ account: name }, userOf(inside));
}

function edit(world: World, system: string, name: string, change: (seen: JsonObject) => JsonObject | undefined): void {
  const inside = systemIn(world, system);
  const before = inside?.rows.named(name);
  const values = before && change(before.columns ?? {});
  if (!inside || !values) return;
  const after = inside.rows.set(before.key, values, userOf(inside));
  world.chronicle.userChanged(
    inside.rows,
    before,
    after,
    Object.keys(values).filter((column) => column !== 'owner'),
  );
  world.hint(system, after.key);
}

function remove(world: World, { system, name }: Extract<Deed, { readonly kind: 'remove' }>): void {
  const inside = systemIn(world, system);
  const before = inside?.rows.named(name);
  if (!inside || !before) return;
  inside.rows.remove(before.key, userOf(inside));
  world.chronicle.userChanged(inside.rows, before, undefined, Object.keys(before.columns ?? {}));
  world.hint(system, before.key);
}

function userOf({ nature }: SimSystem): string {
  return `user of ${nature.id}`;
}

function hide(world: World, { system, forMs }: Extract<Deed, { readonly kind: 'hide' | 'drift' }>): void {
  const inside = systemIn(world, system);
  inside?.hide(true);
  inside?.expire();
  world.timeline.at(world.timeline.now + forMs, () => {
    inside?.hide(false);
    // Whoever was told nothing must ask for everything again.
    inside?.expire();
  });
}

function drift(world: World, { system, forMs }: Extract<Deed, { readonly kind: 'hide' | 'drift' }>): void {
  const inside = systemIn(world, system);
  inside?.drift(DRIFTING);
  world.timeline.at(world.timeline.now + forMs, () => inside?.drift(undefined));
}

async function rule(world: World, { which, text }: Extract<Deed, { readonly kind: 'rule' }>): Promise<void> {
  const open = (await world.ledger.conflicts({ state: 'held', limit: HELD_PAGE })).items;
  const conflict = open[which % Math.max(1, open.length)];
  if (conflict) await answer(world, conflict, text);
}

/** Answers an open conflict: an odd one with a side, another one with words of the person's own. */
export async function answer(world: World, conflict: ConflictRow, text: string): Promise<void> {
  // Who look alike are two.
  if (conflict.about) return void (await world.resolve({ conflict: conflict.id, choice: { apart: true }, by: PERSON_WHO_RULES }));
  const side = conflict.resolution.contributors[text.length % Math.max(1, conflict.resolution.contributors.length)];
  const own = text.length % 2 === 0 && conflict.register === 'state';
  const value: Value | undefined = conflict.register === LIFE ? (text.length % 2 === 0 ? 'live' : 'deleted') : own ? text : side?.value;
  if (value === undefined) return;
  const choice: RulingAsk['choice'] = { value };
  world.chronicle.ruled(conflict.register, isTuple(value) ? [...value] : value);
  world.figures.rulings += 1;
  const before = world.chronicle.edits.length;
  const answered = await world.resolve({ conflict: conflict.id, choice, by: PERSON_WHO_RULES });
  if (answered !== 'resolved') return;
  const isKept = world.chronicle.edits
    .slice(before)
    .some((one) => one.system === 'person' && one.register === conflict.register && JSON.stringify(one.value) === JSON.stringify(value));
  if (!isKept) world.chronicle.breach(2, `an answer to ${conflict.id} was accepted and is not in the history`);
}
