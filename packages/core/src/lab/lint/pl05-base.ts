import { finding, known, policyLine, share, uses, type LintRule } from './rule.ts';

/** What they do without one is a guess, or left to a person. */
const NEED_A_BASE = ['text', 'append', 'log', 'set', 'list', 'items', 'json', 'counter', 'counted', 'bounded', 'reserve', 'states'];

/** Without a common value to start from, such a policy leaves to a person what it is there to do. */
export const baseless: LintRule = {
  code: 'PL05',
  title: 'a policy that compares with a common value, where there often is none',
  needs: 'ledger',
  check: (subject) =>
    known(uses(subject, NEED_A_BASE)).flatMap((place) => {
      const { baseless: lost, decisions, examples } = place.facts;
      if (lost === 0) return [];
      const evidence = `${share(lost, decisions)} decisions had no common value to start from`;
      return [
        finding('PL05', place, { severity: 'warning', evidence, change: policyLine(place, 'latest'), records: examples.get('baseless') }),
      ];
    }),
};
