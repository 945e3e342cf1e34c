import { keyReferences } from '../../map/compile.ts';
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
        if (!parent || parent.map.delete === child.map.delete) return [];
        const { entity } = child.map;
        const evidence = `${name} is decided by ${parent.map.delete}, its ${entity} by ${child.map.delete}`;
        const change = `entities: { ${entity}: { delete: ${parent.map.delete} } }`;
        return [{ code: 'PL12' as const, severity: 'warning' as const, entity, evidence, records: [], change }];
      }),
    ),
};
