import { keyReferences, type Table } from '../../map/compile.ts';
import type { LintRule } from './rule.ts';

/** Lines whose order is gone lie about, or keep a system from deleting it. */
export const children: LintRule = {
  code: 'PL12',
  title: 'a record is deleted by another rule than the records that belong to it',
  needs: 'configuration',
  check: ({ tables }) =>
    [...tables.values()].flatMap((child) =>
      keyReferences(child).flatMap((name) => {
        const parent = tables.get(name);
        if (!parent || sameRule(parent, child)) return [];
        const { entity } = child.map;
        const evidence = `${name} is decided by ${told(parent)}, its ${entity} by ${told(child)}`;
        const change = `entities: { ${entity}: { delete: ${told(parent)} } }`;
        return [{ code: 'PL12' as const, severity: 'warning' as const, entity, evidence, records: [], change }];
      }),
    ),
};

function sameRule(one: Table, other: Table): boolean {
  return told(one) === told(other);
}

/** As it is written in a configuration. */
function told({ map }: Table): string {
  if (typeof map.delete === 'string') return map.delete;
  if ('owner' in map.delete) return `{ owner: ${map.delete.owner} }`;
  return `{ soft: { ${map.delete.soft.field}: ${String(map.delete.soft.value)} } }`;
}
