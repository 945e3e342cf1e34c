import { finding, known, policyLine, uses, type LintRule } from './rule.ts';

/** An owner that never says anything only undoes what the others do. */
export const idleOwner: LintRule = {
  code: 'PL15',
  title: 'the owner of a field never edits it, and others do',
  needs: 'ledger',
  check: (subject) =>
    known(uses(subject, ['owner'])).flatMap((place) => {
      const owner = String(place.used.options);
      const { bySystem, copies } = place.facts;
      const said = [...bySystem, ...copies].filter(([system]) => system === owner).reduce((total, [, count]) => total + count, 0);
      const others = [...bySystem].filter(([system]) => system !== owner && place.table.systems.includes(system));
      const undone = others.reduce((total, [, count]) => total + count, 0);
      const [[system] = [undefined]] = others.toSorted(([, a], [, b]) => b - a);
      if (said > 0 || undone === 0 || system === undefined) return [];
      const evidence = `${owner} never told a value; ${undone} edits were made in ${others.map(([name]) => name).join(' and ')}`;
      return [
        finding('PL15', place, {
          severity: place.used.at.length === 0 ? 'error' : 'warning',
          evidence,
          change: policyLine(place, `{ owner: ${system} }`),
        }),
      ];
    }),
};
