import type { Table } from '../../map/compile.ts';
import type { InvariantRule } from '../../map/rules.ts';
import type { LintFinding, LintRule } from './rule.ts';

/** Fields that must fit together, each decided alone, are made not to fit by the very merge. */
export const invariants: LintRule = {
  code: 'PL07',
  title: 'fields of one invariant that are decided apart from each other',
  needs: 'configuration',
  check: ({ tables }) => [...tables.values()].flatMap((table) => table.rules.invariants.flatMap((rule) => apart(table, rule))),
};

function apart(table: Table, { check, onViolation }: InvariantRule): readonly LintFinding[] {
  // What is computed fits by itself, whatever the others were merged to.
  const computed = new Set(table.rules.derived.map(({ field }) => field));
  if (onViolation.kind === 'recompute') computed.add(onViolation.field);
  const fields = check.reads.filter((field) => !computed.has(field));
  const homes = new Set(fields.map((field) => [...table.registers.values()].find((rule) => rule.fields.includes(field))?.name));
  if (homes.size < 2) return [];
  const { entity } = table.map;
  const what = onViolation.kind === 'hold' ? 'waits for a person' : 'is taken back';
  const change = `entities: { ${entity}: { groups: { ${fields.join('_')}: { fields: [${fields.join(', ')}], policy: latest } } } }`;
  return [
    {
      code: 'PL07',
      severity: 'warning',
      entity,
      evidence: `"${check.text}" is about ${fields.join(', ')}, which are decided one by one: what they are merged to may break it, and ${what}`,
      records: [],
      change,
    },
  ];
}
