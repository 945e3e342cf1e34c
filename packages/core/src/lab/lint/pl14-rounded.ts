import { failuresOf, recordsIn } from './failures.ts';
import { finding, policyLine, uses, type LintRule } from './rule.ts';

const ADDING = ['counter', 'counted', 'bounded', 'reserve', 'sum'];

/** A sum of what was rounded is off by a little more with each edit. */
export const rounded: LintRule = {
  code: 'PL14',
  title: 'a counter whose values are rounded on the way',
  needs: 'ledger',
  check: (subject) =>
    uses(subject, ADDING).flatMap((place) => {
      const { type } = place.rule;
      const scale = type.kind === 'decimal' ? type.scale : 0;
      const seen = place.facts?.placesMax ?? 0;
      const rows = failuresOf(subject, 'C14', place.table.map.entity, place.rule.name);
      if (seen <= scale && rows.length === 0) return [];
      const evidence =
        seen > scale ? `values with ${seen} decimal places were counted with ${scale}` : `${rows.length} writes were stored rounded`;
      const change = `entities: { ${place.table.map.entity}: { fields: { ${place.rule.name}: { type: decimal(${Math.max(seen, scale + 1)}) } } } }`;
      return [
        finding('PL14', place, {
          severity: 'warning',
          evidence,
          change: rows.length > 0 && seen <= scale ? policyLine(place, 'latest') : change,
          records: recordsIn(rows),
        }),
      ];
    }),
};
