import { failuresOf, recordsIn } from './failures.ts';
import { finding, policyLine, registers, type LintPlace, type LintRule } from './rule.ts';

/** A system that stores something else than it was told tells that on, sooner or later, as if somebody had edited. */
export const lossy: LintRule = {
  code: 'PL08',
  title: 'a system keeps a field otherwise than it is written',
  needs: 'ledger',
  check: (subject) =>
    registers(subject).flatMap((place) => {
      const known = failuresOf(subject, 'C14', place.table.map.entity, place.rule.name);
      const rows = known.filter(({ system }) => system === undefined || !isMeant(place, system));
      const [first] = rows;
      if (!first) return [];
      const systems = [...new Set(rows.map(({ system }) => system))];
      const owner = place.table.systems.find((system) => !systems.includes(system)) ?? first.system;
      // An owner that stores what is written as it is: then nothing is told back by the others.
      if (place.used.name === 'owner' && place.used.options === owner) return [];
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

/** Who says of a transform that it is lossy knows that the column holds something else. */
function isMeant({ rule }: LintPlace, system: string): boolean {
  return rule.map.fields.some(({ sides }) => sides[system]?.lossy === true);
}
