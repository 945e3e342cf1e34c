import { entityName, systemId, type FieldMap, type FieldType, type PolicySpec, type RegisterMap, type Table } from '@concord/core';
import type { Core } from './core.ts';
import type { Story } from './story.ts';

export const THING = entityName('thing');
/** The column that carries our own id in systems that number their rows. */
export const CARRIES = 'concord';
export const COLUMNS = ['account', 'name', 'memo', 'price', 'stock', 'state', 'phone', 'street', 'zip'] as const;
/** Whoever types into one of these types what nobody ever typed before: it can be followed wherever it goes. */
export const TOKENS = ['name', 'memo', 'price'] as const;

const TYPES: Readonly<Record<string, FieldType>> = { price: { kind: 'decimal', scale: 4 }, stock: { kind: 'integer' } };
const POLICIES: Readonly<Record<string, PolicySpec>> = {
  stock: { name: 'counter', options: undefined },
  state: { name: 'manual', options: undefined },
};

export function typeOf(column: string): FieldType {
  return TYPES[column] ?? { kind: 'text' };
}

/** The register that a column belongs to, and its columns. */
export function registerOf(column: string): { readonly name: string; readonly columns: readonly string[] } {
  return column === 'street' || column === 'zip' ? { name: 'address', columns: ['street', 'zip'] } : { name: column, columns: [column] };
}

export function tableFor(core: Core, story: Story): Table {
  const systems = story.systems.map(({ id }) => systemId(id));
  const field = (name: string): FieldMap => ({
    name,
    type: typeOf(name),
    sides: Object.fromEntries(systems.map((system) => [system, { column: name }])),
  });
  const plain = COLUMNS.filter((name) => name !== 'street' && name !== 'zip').map((name): RegisterMap => ({
    name,
    fields: [field(name)],
    policy: POLICIES[name] ?? { name: 'latest', options: undefined },
  }));
  const address: RegisterMap = { name: 'address', fields: [field('street'), field('zip')], policy: { name: 'latest', options: undefined } };
  const side = (system: (typeof systems)[number]) => ({
    system,
    entity: THING,
    set: 'things',
    columns: [...COLUMNS],
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
      registers: [...plain, address],
    },
    core.policies,
  );
}
