import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  actorOf,
  canonicalJson,
  compileTable,
  opId,
  parseConfig,
  policies,
  systemId,
  tellFault,
  type Edit,
  type FieldType,
  type RegisterRule,
  type Scalar,
  type Value,
} from '@concord/core';
import { describe, expect, test } from 'vitest';
import { decide, type Quarrel } from '../kit/decided.ts';

/** The page of policies, of which every table is run: it cannot tell anything that is not so. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/policies.md'), 'utf8');

/** Fields that examples speak of without mapping them. */
const ASIDE = [
  'status: { fno: S, ce: s, pos: s }',
  'closed: { fno: C, ce: c, pos: c, type: yesno }',
  'street: { fno: X, ce: x, pos: x }',
  'city: { fno: Y, ce: y, pos: y }',
  'zip: { fno: Z, ce: z, pos: z }',
];

interface Example {
  readonly policy: string;
  readonly yaml: string;
  readonly heads: readonly string[];
  readonly cells: readonly string[];
}

const examples = PAGE.split(/^### /mu).slice(1).flatMap(examplesIn);

/** Each table belongs to the YAML in front of it. */
function examplesIn(section: string): readonly Example[] {
  const policy = section.slice(0, section.indexOf('\n')).trim();
  let yaml = '';
  const found: Example[] = [];
  for (const part of section.split(/^(?=```yaml$|\| was )/mu)) {
    if (part.startsWith('```yaml')) yaml = part.slice('```yaml\n'.length, part.indexOf('\n```', 3));
    if (!part.startsWith('| was ')) continue;
    const lines = part.split('\n');
    const [heads = [], , ...rows] = lines
      .slice(
        0,
        lines.findIndex((line) => !line.startsWith('|')),
      )
      .map(cellsOf);
    found.push(...rows.map((cells) => ({ policy, yaml, heads, cells })));
  }
  return found;
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', '').replaceAll('⏎', '\n'));
}

/** Where losing values may go. */
const BESIDE = [
  '  note:',
  ...['fno', 'ce', 'pos'].map((system) => `    ${system}: { set: notes }`),
  '    fields:',
  '      text: { fno: n1, ce: n1, pos: n1 }',
  '      about: { type: { reference: thing }, fno: n2, ce: n2, pos: n2 }',
];

/** The register that the YAML is about: the first in it. */
function ruleOf(yaml: string): RegisterRule {
  let count = 0;
  const columns = (): string => `fno: F${(count += 1)}, ce: f${count}, pos: p${count}`;
  const whole = yaml
    .replaceAll(/^( *)…$/gmu, (_line, indent: string) =>
      columns()
        .split(', ')
        .map((side) => `${indent}${side}`)
        .join('\n'),
    )
    .replaceAll('…', columns);
  const isGroup = whole.startsWith('groups:');
  const lines = isGroup ? [] : whole.split('\n');
  const text = [
    'systems: { fno: { adapter: memory }, ce: { adapter: memory }, pos: { adapter: memory } }',
    'entities:',
    '  thing:',
    ...['fno', 'ce', 'pos'].map((system) => `    ${system}: { set: things }`),
    '    fields:',
    ...[...ASIDE, ...lines].map((line) => `      ${line}`),
    ...(isGroup ? whole.split('\n').map((line) => `    ${line}`) : []),
    ...BESIDE,
  ].join('\n');
  const parsed = parseConfig(text, { file: 'policies.md', env: {} });
  if (parsed.kind === 'faults') throw new Error(`${parsed.faults.map(tellFault).join('\n')}\n${text}`);
  const name = isGroup ? /^ {2}(\w+):/mu.exec(whole)?.[1] : /^(\w+):/u.exec(whole)?.[1];
  const rule = parsed.config.entities.map((map) => compileTable(map, policies).registers.get(name ?? ''))[0];
  if (!rule) throw new Error(`There is no register "${name}".`);
  return rule;
}

/** `held C17`, `held C01, meanwhile x`, or a value. */
function told({ yaml, heads, cells }: Example): string {
  const rule = ruleOf(yaml);
  const decision = decide(rule, viewOf(rule, heads, cells));
  const words = (value: Value): string => (Array.isArray(value) ? value.map((item) => plain(item)).join(' / ') : plain(value));
  if (decision.kind !== 'held') return words(decision.value);
  return `held ${decision.code}${decision.provisional === undefined ? '' : `, meanwhile ${words(decision.provisional)}`}`;
}

function plain(value: Value): string {
  if (value === null) return 'empty';
  return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

const HEAD = /^(fno|ce|pos|person)(?: (before|saw))?(?: (\d{4}-\d\d-\d\d))?(?: (\d\d:\d\d(?::\d\d)?))?(?: (\S+))?$/u;

function viewOf(rule: RegisterRule, heads: readonly string[], cells: readonly string[]): Quarrel {
  const known = new Map(heads.map((head, index) => [head, cells[index] ?? '—']));
  const given = [...known].filter(([, cell]) => cell !== '—');
  const was = known.get('was') ?? '—';
  const read = (cell: string): Value => valueOf(rule, cell);
  const edits = given.flatMap(([head, cell]): readonly Edit[] => {
    const [, name, kind, day = '2024-05-01', time = '12:00', by] = HEAD.exec(head) ?? [];
    if (name === undefined || kind !== undefined) return [];
    const system = systemId(name);
    const on = known.get(`${name} saw`) ?? known.get(`${name} before`) ?? was;
    const stamp = { ms: Date.parse(`${day}T${time.length === 5 ? `${time}:00` : time}Z`), count: 0, system };
    const seen = on === '—' ? {} : { on: read(on) };
    const whose = by === undefined ? {} : { by };
    return [{ op: opId(2, actorOf(system)), system, value: read(cell), saw: on === '—' ? 0 : 1, number: 2, stamp, ...seen, ...whose }];
  });
  const parts = given.flatMap(([head, cell]) => (head.endsWith(' before') ? [[head.split(' ')[0] ?? '', Number(cell)] as const] : []));
  const beneath = known.get('beneath');
  const kept = parts.length > 0 ? Object.fromEntries(parts) : beneath;
  return {
    type: rule.type,
    edits,
    ...(was === '—' ? {} : { base: read(was) }),
    ...(kept === undefined ? {} : { kept }),
    fields: Object.fromEntries(
      given.flatMap(([head, cell]) => (['status', 'closed'].includes(head) ? [[head, aside(cell)] as const] : [])),
    ),
  };
}

function aside(cell: string): Scalar {
  return cell === 'yes' ? true : cell === 'no' ? false : cell;
}

function valueOf(rule: RegisterRule, cell: string): Value {
  if (rule.fields.length > 1) return cell.split(' / ').map((member) => (member === 'empty' ? null : member));
  return cell === 'empty' ? null : scalarOf(rule.type, cell);
}

function scalarOf(type: FieldType, cell: string): Scalar {
  switch (type.kind) {
    case 'integer':
      return Number(cell);
    case 'choices':
      return JSON.stringify(cell.split(', '));
    case 'json':
      return canonicalJson(cell) ?? cell;
    default:
      return cell;
  }
}

describe('the tables of docs/policies.md say what happens', () => {
  test.each(examples.map((example) => [example.policy, `${example.heads.join(' | ')}: ${example.cells.join(' | ')}`, example] as const))(
    '%s: %s',
    (_policy, _words, example) => {
      const cell = example.cells.at(-1) ?? '';
      const rule = ruleOf(example.yaml);
      const isValue = !cell.startsWith('held ') && cell !== 'empty';
      const stands = isValue && rule.fields.length === 1 ? plain(valueOf(rule, cell)) : cell;
      expect(told(example)).toBe(stands);
    },
  );
});

test.each(Object.keys(policies))('the policy %s has a table of its own', (name) => {
  const own = examples.filter(({ policy }) => policy.split(/ and |, /u).includes(name));
  expect(own.length).toBeGreaterThan(0);
});
