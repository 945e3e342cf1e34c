import { finding, known, policyLine, registers, type LintRule } from './rule.ts';

/** Two systems that set a field to and fro are two automations, and neither gives way. */
export const flapping: LintRule = {
  code: 'PL20',
  title: 'two systems set a field to and fro',
  needs: 'ledger',
  check: (subject) =>
    known(registers(subject)).flatMap((place) => {
      const { flaps, bySystem, examples } = place.facts;
      if (flaps === 0) return [];
      const [[system] = [place.table.systems[0] ?? '']] = [...bySystem].toSorted(([, a], [, b]) => b - a);
      const evidence = `${flaps} edits set it back to what the same system had set it to before`;
      return [
        finding('PL20', place, {
          severity: 'error',
          evidence,
          change: policyLine(place, `{ owner: ${system} }`),
          records: examples.get('flaps'),
        }),
      ];
    }),
};
