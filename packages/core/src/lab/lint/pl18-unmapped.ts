import { failuresOf, recordsIn } from './failures.ts';
import { finding, registers, type LintRule } from './rule.ts';

/** A choice that the value map does not have is not mirrored at all. */
export const unmapped: LintRule = {
  code: 'PL18',
  title: 'a system uses choices that the value map does not have',
  needs: 'ledger',
  check: (subject) =>
    registers(subject)
      .filter(({ rule }) => rule.type.kind === 'choice' || rule.type.kind === 'choices')
      .flatMap((place) => {
        const rows = failuresOf(subject, 'VALUE_UNREADABLE', place.table.map.entity, place.rule.name);
        const [first] = rows;
        if (!first) return [];
        const evidence = `${rows.length} values could not be read, the latest from ${first.system}: ${first.words}`;
        const change = `entities: { ${place.table.map.entity}: { fields: { ${place.rule.name}: { values: { …: … } } } } } # add the symbol`;
        return [finding('PL18', place, { severity: 'error', evidence, change, records: recordsIn(rows) })];
      }),
};
