import {
  compileTable,
  entityName,
  policies,
  systemId,
  type FieldMap,
  type FieldType,
  type PolicySpec,
  type Refused,
  type Side,
  type SystemId,
  type Table,
  type TableMap,
} from '@concord/core';

export const FNO = systemId('fno');
export const CE = systemId('ce');
export const POS = systemId('pos');

export interface FieldPlan {
  readonly type?: FieldType;
  readonly policy?: PolicySpec;
  readonly group?: string;
  readonly refused?: Refused;
  /** Never written anywhere. */
  readonly only?: 'read';
  /** The column that is written, where that is not the one that is read. */
  readonly write?: string;
  /** By system, how long a text may be there. */
  readonly maxLength?: Readonly<Record<string, number>>;
}

function sideOf(column: string, { only, write, maxLength }: FieldPlan, system: SystemId): Side {
  const length = maxLength?.[system];
  return {
    column,
    ...(only ? { only } : {}),
    ...(write === undefined ? {} : { write }),
    ...(length === undefined ? {} : { maxLength: length }),
  };
}

/** A table map over systems that all name their columns like the fields. */
export function tableOf(
  fields: Readonly<Record<string, FieldPlan>>,
  options: Partial<TableMap> & { readonly systems?: readonly SystemId[] } = {},
): Table {
  const { systems = [FNO, CE], ...rest } = options;
  const maps = Object.entries(fields).map(([name, plan]): readonly [FieldPlan, FieldMap] => [
    plan,
    {
      name,
      type: plan.type ?? { kind: 'text' },
      sides: Object.fromEntries(systems.map((system) => [system, sideOf(name, plan, system)])),
    },
  ]);
  const groups = [...new Set(maps.map(([plan, field]) => plan.group ?? field.name))];
  return compileTable(
    {
      entity: entityName('customer'),
      sides: Object.fromEntries(
        systems.map((system) => [
          system,
          { system, entity: entityName('customer'), set: 'customers', columns: Object.keys(fields), where: {}, constants: {} },
        ]),
      ),
      key: ['account'],
      delete: 'update-wins',
      registers: groups.map((name) => {
        const members = maps.filter(([plan, field]) => (plan.group ?? field.name) === name);
        const [first, ...others] = members;
        if (!first) throw new Error('a group has members');
        return {
          name,
          fields: [first[1], ...others.map(([, field]) => field)],
          policy: first[0].policy ?? { name: 'latest', options: undefined },
          ...(first[0].refused ? { refused: first[0].refused } : {}),
        };
      }),
      ...rest,
    },
    policies,
  );
}
