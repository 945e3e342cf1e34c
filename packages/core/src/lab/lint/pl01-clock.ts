import { finding, known, policyLine, share, uses, type LintRule } from './rule.ts';

/** Fewer rivals than this tell nothing of what is usual. */
const RIVALS_MIN = 5;
/** Policies that go by the time of an edit. */
const BY_CLOCK = ['latest', 'first', 'trust', 'by-direction', 'during'];

/** A clock that tells seconds cannot say which of two edits in one second was later. */
export const clock: LintRule = {
  code: 'PL01',
  title: 'a policy goes by a clock that is too coarse for how close edits follow each other',
  needs: 'ledger',
  check: (subject) =>
    known(uses(subject, BY_CLOCK)).flatMap((place) => {
      const { rivals, closeRivals, examples } = place.facts;
      const coarse = place.table.systems.filter((system) => subject.facts?.wholeSeconds.has(system) === true);
      if (rivals < RIVALS_MIN || closeRivals * 2 < rivals || coarse.length === 0) return [];
      const evidence = `${share(closeRivals, rivals)} concurrent edits lie within one second, and ${coarse.join(' and ')} tells whole seconds`;
      const change = policyLine(place, `{ prefer: [${place.table.systems.join(', ')}] }`);
      return [finding('PL01', place, { severity: 'warning', evidence, change, records: examples.get('close') })];
    }),
};
