import { entityName, systemId, type FieldMap, type FieldType, type PolicySpec, type RegisterMap, type Table } from '@concord/core';
import type { Core } from './core.ts';
import type { Story } from './story.ts';
import { COMBINED } from './tokens.ts';

export const THING = entityName('thing');
export const OWNER = entityName('owner');
/** The column that carries our own id in systems that number their rows. */
export const CARRIES = 'concord';
const COLUMNS = ['account', 'name', 'memo', 'price', 'stock', 'state', 'phone', 'street', 'zip'] as const;
/** Whoever types into one of these types what nobody ever typed before: it can be followed wherever it goes. */
export const TOKENS = ['name', 'memo', 'price'] as const;

/** In stories that combine. */
const COMBINED_COLUMNS = COMBINED.map(({ name }) => name);
const TYPES: Readonly<Record<string, FieldType>> = {
  price: { kind: 'decimal', scale: 4 },
  stock: { kind: 'integer' },
  ...Object.fromEntries(COMBINED.map(({ name, type }) => [name, type])),
};
const POLICIES: Readonly<Record<string, PolicySpec>> = {
  stock: { name: 'counter', options: undefined },
  state: { name: 'manual', options: undefined },
  ...Object.fromEntries(COMBINED.map(({ name, policy }) => [name, policy])),
};

/** The columns of the things in a story, but for references and names that look alike. */
export function columnsOf({ combined }: Pick<Story, 'combined'>): readonly string[] {
  return combined ? [...COLUMNS, ...COMBINED_COLUMNS] : COLUMNS;
}

export function typeOf(column: string): FieldType {
  return TYPES[column] ?? { kind: 'text' };
}

/** The register that a column belongs to, and its columns. */
export function registerOf(column: string): { readonly name: string; readonly columns: readonly string[] } {
  return column === 'street' || column === 'zip' ? { name: 'address', columns: ['street', 'zip'] } : { name: column, columns: [column] };
}

/** Those whom things refer to; they have nothing but their names. */
export function ownersFor(core: Core, { systems }: Story): Table {
  const side = (id: string) => ({ system: systemId(id), entity: OWNER, set: 'owners', columns: ['account'], where: {}, constants: {} });
  const sides = Object.fromEntries(systems.map(({ id }) => [id, { column: 'account' }]));
  return core.compileTable(
    {
      entity: OWNER,
      sides: Object.fromEntries(systems.map(({ id }) => [id, side(id)])),
      key: ['account'],
      delete: 'update-wins',
      registers: [
        { name: 'account', fields: [{ name: 'account', type: { kind: 'text' }, sides }], policy: { name: 'latest', options: undefined } },
      ],
    },
    core.policies,
  );
}

export function tableFor(core: Core, story: Story): Table {
  const systems = story.systems.map(({ id }) => systemId(id));
  const reference = {
    name: 'owner',
    type: { kind: 'reference', entity: OWNER },
    sides: Object.fromEntries(systems.map((system) => [system, { column: 'owner', by: 'account' }])),
    reference: { onMissing: 'hold', waitMs: story.owners?.waitMs ?? 0 },
  } as const;
  const latest = { name: 'latest', options: undefined };
  const field = (name: string): FieldMap => ({
    name,
    type: typeOf(name),
    sides: Object.fromEntries(systems.map((system) => [system, { column: name }])),
  });
  const plain = columnsOf(story)
    .filter((name) => name !== 'street' && name !== 'zip')
    .map((name): RegisterMap => ({
      name,
      fields: [field(name)],
      policy: POLICIES[name] ?? { name: 'latest', options: undefined },
    }));
  const address: RegisterMap = { name: 'address', fields: [field('street'), field('zip')], policy: { name: 'latest', options: undefined } };
  const side = (system: (typeof systems)[number]) => ({
    system,
    entity: THING,
    set: 'things',
    columns: [...columnsOf(story), ...(story.owners ? ['owner'] : []), ...(story.twins ? ['twin'] : [])],
    where: {},
    constants: {},
    ...(story.keyed ? {} : { correlation: CARRIES }),
  });
  return core.compileTable(
    {
      entity: THING,
      sides: Object.fromEntries(systems.map((system) => [system, side(system)])),
      key: story.keyed ? ['account'] : [],
      delete: story.delete,
      registers: [
        ...plain,
        address,
        ...(story.owners ? [{ name: 'owner', fields: [reference], policy: latest } as const] : []),
        ...(story.twins ? [{ name: 'twin', fields: [field('twin')], policy: latest } as const] : []),
      ],
      ...(story.twins ? { review: [{ fields: ['twin'], nfc: true, trim: true, case: true, digits: false }] } : {}),
    },
    core.policies,
  );
}
