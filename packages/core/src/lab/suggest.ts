import type { EntityName, SystemId } from '../ids.ts';
import type { RegisterRule, Table } from '../map/compile.ts';
import { PERSON } from '../register/actors.ts';
import { placeOf, type Facts } from './facts.ts';
import type { Tables } from './replay.ts';

/** Fewer edits than this prove no habit. */
export const HABIT_EDITS_MIN = 20;
/** Of all changes that touch one of two fields, so many must touch both for them to belong together. */
const TOGETHER_SHARE_MIN = 0.9;

export type Suggestion =
  | {
      readonly kind: 'owner';
      readonly entity: EntityName;
      readonly register: string;
      readonly isGroup: boolean;
      readonly system: SystemId;
      readonly edits: number;
    }
  | {
      readonly kind: 'group';
      readonly entity: EntityName;
      readonly fields: readonly string[];
      readonly together: number;
      readonly apart: number;
    };

/** Policies learnt from who really edits what. */
export function suggest(facts: Facts, tables: Tables): readonly Suggestion[] {
  return [...tables.values()].flatMap((table) => [...ownersIn(facts, table), ...groupsIn(facts, table)]);
}

function ownersIn({ registers }: Facts, { map: { entity }, registers: rules }: Table): readonly Suggestion[] {
  return [...rules.values()].flatMap((rule): readonly Suggestion[] => {
    const { bySystem } = registers.get(placeOf(entity, rule.name)) ?? { bySystem: new Map<SystemId, number>() };
    const editors = [...bySystem].filter(([system]) => system !== PERSON);
    const [[system, edits] = [undefined, 0], ...others] = editors;
    if (system === undefined || others.length > 0 || edits < HABIT_EDITS_MIN || !isOpen(rule)) return [];
    return [{ kind: 'owner', entity, register: rule.name, isGroup: rule.fields.length > 1, system, edits }];
  });
}

/** Decided by nothing but time: what has a rule of its own was thought about. */
function isOpen({ map }: RegisterRule): boolean {
  const [first] = map.fields;
  return map.policy.name === 'latest' && Object.values(first.sides).filter((side) => side.only !== 'read').length > 1;
}

function groupsIn({ together, registers }: Facts, { map: { entity }, registers: rules }: Table): readonly Suggestion[] {
  const singles = [...rules.values()]
    .filter(({ fields }) => fields.length === 1)
    .map(({ name }) => name)
    .toSorted();
  const edits = (name: string): number => registers.get(placeOf(entity, name))?.edits ?? 0;
  const systems = (name: string): string => Object.keys(rules.get(name)?.map.fields[0].sides ?? {}).join();
  const groups: { readonly fields: string[]; together: number; apart: number }[] = [];
  for (const [index, a] of singles.entries()) {
    for (const b of singles.slice(index + 1)) {
      const both = together.get(`${entity} ${a} ${b}`) ?? 0;
      const apart = edits(a) + edits(b) - 2 * both;
      if (both < HABIT_EDITS_MIN || both / (both + apart) < TOGETHER_SHARE_MIN || systems(a) !== systems(b)) continue;
      const group = groups.find(({ fields }) => fields.includes(a) || fields.includes(b));
      if (!group) groups.push({ fields: [a, b], together: both, apart });
      else {
        for (const name of [a, b]) if (!group.fields.includes(name)) group.fields.push(name);
        group.together = Math.min(group.together, both);
        group.apart = Math.max(group.apart, apart);
      }
    }
  }
  return groups.map((group) => ({ kind: 'group', entity, ...group }));
}

/** A ready overlay, with the counts beside each line. */
export function suggestionYaml(suggestions: readonly Suggestion[]): string {
  const entities = [...new Set(suggestions.map(({ entity }) => entity))];
  const lines = entities.flatMap((entity) =>
    entityLines(
      entity,
      suggestions.filter((one) => one.entity === entity),
    ),
  );
  return `${['entities:', ...lines].join('\n')}\n`;
}

function entityLines(entity: EntityName, suggestions: readonly Suggestion[]): readonly string[] {
  const owners = suggestions.filter((one) => one.kind === 'owner');
  const groups = suggestions.filter((one) => one.kind === 'group');
  const part = (name: string, isGroup: boolean): readonly string[] => {
    const own = owners.filter((one) => one.isGroup === isGroup);
    return own.length === 0 ? [] : [`    ${name}:`, ...own.map(ownerLine)];
  };
  // Comments: a group that does not exist yet has no edits of its own to be played again.
  const wishes = groups.map(
    ({ fields, together, apart }) =>
      `    # groups: { ${fields.join('_')}: { fields: [${fields.join(', ')}], policy: latest } } # changed together ${together} times, apart ${apart} times`,
  );
  const known = [...part('fields', false), ...part('groups', true)];
  return [known.length > 0 ? `  ${entity}:` : `  # ${entity}:`, ...known, ...wishes];
}

function ownerLine({ register, system, edits }: Extract<Suggestion, { readonly kind: 'owner' }>): string {
  return `      ${register}: { policy: { owner: ${system} } } # all ${edits} edits were made in ${system}`;
}
