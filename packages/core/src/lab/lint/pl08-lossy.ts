import { failuresOf, recordsIn } from './failures.ts';
import { finding, places, policyLine, type LintRule } from './rule.ts';

/** A system that stores something else than it was told tells that on, sooner or later, as if somebody had edited. */
export const lossy: LintRule = {
  code: 'PL08',
  title: 'a system keeps a field otherwise than it is written',
  needs: 'ledger',
  check: (subject) =>
    places(subject).flatMap((place) => {
      const rows = failuresOf(subject, 'C14', place.table.map.entity, place.rule.name);
      const [first] = rows;
      if (!first) return [];
      const systems = [...new Set(rows.map(({ system }) => system))];
      const owner = place.table.systems.find((system) => !systems.includes(system)) ?? first.system;
      const evidence = `${rows.length} writes were stored otherwise by ${systems.join(' and ')}`;
      return [
        finding('PL08', place, {
          severity: 'warning',
          evidence,
          change: policyLine(place, `{ owner: ${owner} }`),
          records: recordsIn(rows),
        }),
      ];
    }),
};
