import { failuresOf, recordsIn } from './failures.ts';
import type { LintRule } from './rule.ts';

/** Of two rows with one key only one can be mirrored. */
export const keys: LintRule = {
  code: 'PL13',
  title: 'rows of one system share a natural key',
  needs: 'ledger',
  check: (subject) =>
    [...subject.tables.values()].flatMap(({ map: { entity, key } }) => {
      const rows = failuresOf(subject, 'C07', entity);
      if (rows.length === 0) return [];
      const systems = [...new Set(rows.map(({ system }) => system))].join(' and ');
      const evidence = `${rows.length} rows in ${systems} have a key that another row has`;
      const change = `entities: { ${entity}: { key: [${key.join(', ')}, …] } } # with the field that tells them apart`;
      return [{ code: 'PL13' as const, severity: 'error' as const, entity, evidence, records: recordsIn(rows), change }];
    }),
};
