import { finding, policyLine, registers, type LintPlace, type LintRule } from './rule.ts';

/** Where a system cannot be written to, an edit elsewhere that wins never gets there, and the two stay apart. */
export const oneWay: LintRule = {
  code: 'PL17',
  title: 'a system that cannot be written to does not own the field',
  needs: 'configuration',
  check: (subject) =>
    registers(subject).flatMap((place) => {
      const { rule, table, used } = place;
      const readers = table.systems.filter((system) => rule.reads(system));
      const locked = readers.find((system) => !rule.writes(system));
      const owns = used.name === 'owner' && used.options === locked;
      if (locked === undefined || owns || readers.length < 2 || isExempt(place)) return [];
      const foreign = [...(place.facts?.bySystem ?? [])]
        .filter(([system]) => system !== locked)
        .reduce((total, [, count]) => total + count, 0);
      const evidence = `it is read in ${readers.join(' and ')}, but not written in ${locked}${place.facts ? `; ${foreign} edits were made elsewhere` : ''}`;
      return [finding('PL17', place, { severity: 'warning', evidence, change: policyLine(place, `{ owner: ${locked} }`) })];
    }),
};

/** What never changes, is written nowhere, or is computed, cannot drift apart by edits. */
function isExempt({ rule, table, used }: LintPlace): boolean {
  const isComputed = table.rules.derived.some(({ field }) => rule.fields.includes(field));
  return used.name === 'immutable' || rule.traits.local || isComputed;
}
