import { finding, places, policyLine, type LintRule } from './rule.ts';

/** Where a system cannot be written to, an edit elsewhere that wins never gets there, and the two stay apart. */
export const oneWay: LintRule = {
  code: 'PL17',
  title: 'a system that cannot be written to does not own the field',
  needs: 'configuration',
  check: (subject) =>
    places(subject).flatMap((place) => {
      const { rule, table, policy } = place;
      const readers = table.systems.filter((system) => rule.reads(system));
      const locked = readers.find((system) => !rule.writes(system));
      const owns = policy === 'owner' && rule.map.policy.options === locked;
      if (locked === undefined || owns || readers.length < 2 || ['immutable', 'local', 'derived'].includes(policy)) return [];
      const foreign = [...(place.facts?.bySystem ?? [])]
        .filter(([system]) => system !== locked)
        .reduce((total, [, count]) => total + count, 0);
      const evidence = `it is read in ${readers.join(' and ')}, but not written in ${locked}${place.facts ? `; ${foreign} edits were made elsewhere` : ''}`;
      return [finding('PL17', place, { severity: 'warning', evidence, change: policyLine(place, `{ owner: ${locked} }`) })];
    }),
};
