import { finding, known, policyLine, share, uses, type LintRule } from './rule.ts';

/** `fill` undoes what empties a field again; under the others it loses to whatever is not empty. */
const PASSING = ['not-empty', 'fill', 'longest', 'most-complete'];

/** A policy that passes over empty values takes it from people to empty a field while another edits it. */
export const cleared: LintRule = {
  code: 'PL09',
  title: 'empty values are passed over in a field that people do empty',
  needs: 'ledger',
  check: (subject) =>
    known(uses(subject, PASSING)).flatMap((place) => {
      const { cleared: count, edits, examples } = place.facts;
      if (count === 0) return [];
      const evidence = `${share(count, edits)} edits emptied it`;
      return [
        finding('PL09', place, { severity: 'warning', evidence, change: policyLine(place, 'latest'), records: examples.get('cleared') }),
      ];
    }),
};
