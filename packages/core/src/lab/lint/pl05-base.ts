import { finding, known, policyLine, share, type LintRule } from './rule.ts';

const NEED_A_BASE = ['text', 'set', 'counter', 'states', 'lattice', 'json', 'bounded'];

/** Without a common value to start from, such a policy leaves to a person what it is there to do. */
export const baseless: LintRule = {
  code: 'PL05',
  title: 'a policy that compares with a common value, where there often is none',
  needs: 'ledger',
  check: (subject) =>
    known(subject, NEED_A_BASE).flatMap((place) => {
      const { baseless: lost, decisions, examples } = place.facts;
      if (lost === 0) return [];
      const evidence = `${share(lost, decisions)} decisions had no common value to start from`;
      return [
        finding('PL05', place, { severity: 'warning', evidence, change: policyLine(place, 'latest'), records: examples.get('baseless') }),
      ];
    }),
};
