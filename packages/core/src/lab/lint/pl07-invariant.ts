import type { Table } from '../../map/compile.ts';
import { fieldsNamed } from './conditions.ts';
import type { Finding, LintRule } from './rule.ts';

/** Fields that must fit together, each decided alone, are made not to fit by the very merge. */
export const invariants: LintRule = {
  code: 'PL07',
  title: 'fields of one invariant that are decided apart from each other',
  needs: 'configuration',
  check: ({ tables }) => [...tables.values()].flatMap((table) => expressionsIn(invariantsOf(table)).flatMap((text) => apart(table, text))),
};

function apart(table: Table, text: string): readonly Finding[] {
  const fields = fieldsNamed(text, table);
  const homes = new Set(fields.map((field) => [...table.registers.values()].find((rule) => rule.fields.includes(field))?.name));
  if (homes.size < 2) return [];
  const { entity } = table.map;
  const change = `entities: { ${entity}: { groups: { ${fields.join('_')}: { fields: [${fields.join(', ')}], policy: latest } } } }`;
  return [
    {
      code: 'PL07',
      severity: 'warning',
      entity,
      evidence: `"${text}" is about ${fields.join(', ')}, which are decided one by one`,
      records: [],
      change,
    },
  ];
}

/** Read by its name: which shape it has is the configuration's to say. */
function invariantsOf({ map }: Table): unknown {
  return Object.entries(map).find(([name]) => name === 'invariants')?.[1];
}

function expressionsIn(part: unknown): readonly string[] {
  if (typeof part === 'string') return [part];
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([name, value]) =>
    Array.isArray(part) || TEXTS.has(name) || typeof value === 'object' ? expressionsIn(value) : [],
  );
}

const TEXTS: ReadonlySet<string> = new Set(['check', 'holds', 'must', 'text', 'expression', 'when']);
