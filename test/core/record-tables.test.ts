import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  compileTable,
  LIFE,
  parseConfig,
  policies,
  registerIn,
  systemId,
  tellFault,
  type ConflictRow,
  type FieldType,
  type Scalar,
  type Table,
  type Value,
} from '@concord/core';
import { describe, expect, test } from 'vitest';
import { calm, edit, pull, remove, worldOf, type World } from '../kit/world.ts';

/** The page of policies: its tables of rules over a whole record, which begin with "before", are run as they stand there. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/policies.md'), 'utf8');

interface Example {
  readonly section: string;
  readonly yaml: string;
  readonly heads: readonly string[];
  readonly cells: readonly string[];
}

const examples = PAGE.split(/^## /mu).slice(1).flatMap(examplesIn);

/** Each table belongs to the YAML in front of it. */
function examplesIn(text: string): readonly Example[] {
  const section = text.slice(0, text.indexOf('\n')).trim();
  let yaml = '';
  const found: Example[] = [];
  for (const part of text.split(/^(?=```yaml$|\| before )/mu)) {
    if (part.startsWith('```yaml')) yaml = part.slice('```yaml\n'.length, part.indexOf('\n```', 3));
    if (!part.startsWith('| before ')) continue;
    const lines = part.split('\n');
    const end = lines.findIndex((line) => !line.startsWith('|'));
    const [heads = [], , ...rows] = lines.slice(0, end).map(cellsOf);
    found.push(...rows.map((cells) => ({ section, yaml, heads, cells })));
  }
  return found;
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, line.lastIndexOf('|'))
    .split('|')
    .map((cell) => cell.trim());
}

/** Where the YAML maps no fields, it is about these. */
const PLAIN = 'fields:\n  name: { … }\n  phone: { … }\n  status: { …, type: choice, values: { Open: o, Closed: c } }';

function tableOf(yaml: string, systems: readonly string[]): Table {
  let count = 0;
  const whole = yaml.includes('fields:') ? yaml : `${yaml}\n${PLAIN}`;
  const columns = (): string => systems.map((system) => `${system}: ${system}${(count += 1)}`).join(', ');
  const text = [
    `systems: { ${systems.map((system) => `${system}: { adapter: memory }`).join(', ')} }`,
    'entities:',
    '  thing:',
    ...systems.map((system) => `    ${system}: { set: things }`),
    ...whole
      .replaceAll(
        'values: { Open: o, Closed: c }',
        `values: { ${['Open', 'Closed'].map((name) => `${name}: { ${systems.map((system) => `${system}: ${name}`).join(', ')} }`).join(', ')} }`,
      )
      .replaceAll('…', columns)
      .split('\n')
      .map((line) => `    ${line}`),
  ].join('\n');
  const parsed = parseConfig(text, { file: 'policies.md', env: {} });
  if (parsed.kind === 'faults') throw new Error(`${parsed.faults.map(tellFault).join('\n')}\n${text}`);
  const [map] = parsed.config.entities;
  if (!map) throw new Error('There is no entity.');
  return compileTable(map, policies);
}

/** `quantity 3, total 15.00` */
function changesIn(table: Table, cell: string): Readonly<Record<string, Value>> {
  const parts = cell.split(', ').filter((part) => part !== '—');
  return Object.fromEntries(
    parts.map((part) => {
      const [name = '', ...words] = part.split(' ');
      return [name, valueOf(table.registers.get(name)?.type, words.join(' '))];
    }),
  );
}

function valueOf(type: FieldType | undefined, words: string): Scalar {
  if (words === 'empty') return null;
  return type?.kind === 'integer' ? Number(words) : words;
}

interface Act {
  readonly system: string;
  readonly atMs: number;
  readonly cell: string;
}

function actsOf({ heads, cells }: Example): readonly Act[] {
  return heads.flatMap((head, index) => {
    const [, system, time] = /^(fno|ce|pos) (\d\d:\d\d)$/u.exec(head) ?? [];
    const cell = cells[index] ?? '—';
    return system === undefined || cell === '—' ? [] : [{ system, atMs: Date.parse(`2024-05-01T${time}:00Z`), cell }];
  });
}

/** What becomes of the acts when they are heard of in this order. */
function happen(example: Example, acts: readonly Act[]): World {
  const systems = ['fno', 'ce', ...(example.heads.some((head) => head.startsWith('pos')) ? ['pos'] : [])];
  const world = worldOf(tableOf(example.yaml, systems));
  world.nowMs = Date.parse('2024-05-01T08:00:00Z');
  const before = example.cells[0] ?? '—';
  if (before !== '—') edit(world, systemId('fno'), changesIn(world.table, before));
  calm(world);
  world.plans.length = 0;
  for (const { system, atMs, cell } of acts) {
    world.nowMs = atMs;
    if (cell === 'deleted') remove(world, systemId(system));
    else edit(world, systemId(system), changesIn(world.table, cell));
    pull(world, systemId(system));
  }
  return world;
}

function conflictsIn({ plans }: World): string {
  const rows = new Map<string, ConflictRow>(plans.flatMap(({ conflicts }) => conflicts).map((row) => [row.register, row]));
  return [...rows.values()]
    .map(({ register, code }) => (register === LIFE ? code : `${register} ${code}`))
    .toSorted()
    .join(', ');
}

/** What the last but one column says of a record, as the record has it. */
function stands(world: World, part: string): string {
  const [name = '', ...words] = part.split(' ');
  if (['lives', 'deleted', 'held'].includes(name)) return lifeOf(world);
  const system = systemId(words.at(-1) ?? '');
  if (name === 'gone' || name === 'back' || name === 'kept') return `${rowIn(world, system)} ${words.join(' ')}`;
  const register = world.record && registerIn(world.record, name);
  if (register?.held) return `${name} held ${register.held.code}`;
  return `${name} ${register === undefined || register.value === null ? 'empty' : String(register.value)}`;
}

function lifeOf({ record }: World): string {
  const life = record && registerIn(record, LIFE);
  if (life?.held) return `held ${life.held.code}`;
  return life?.value === 'deleted' ? 'deleted' : 'lives';
}

/** Where the rows end up once everything is written. */
function rowIn(world: World, system: ReturnType<typeof systemId>): string {
  const link = world.record?.links[system];
  if (link?.state === 'present') return 'kept';
  return link?.planned?.kind === 'create' ? 'back' : 'gone';
}

describe('the tables of docs/policies.md about whole records say what happens', () => {
  test.each(examples.map((example) => [example.section, `${example.heads.join(' | ')}: ${example.cells.join(' | ')}`, example] as const))(
    '%s: %s',
    (_section, _words, example) => {
      const acts = actsOf(example);
      const [wanted = '', codes = ''] = example.cells.slice(-2);
      for (const order of [acts, acts.toReversed()]) {
        const world = happen(example, order);
        expect(
          wanted
            .split(', ')
            .map((part) => stands(world, part))
            .join(', '),
        ).toBe(wanted);
      }
      const last = conflictsIn(
        happen(
          example,
          acts.toSorted((a, b) => a.atMs - b.atMs),
        ),
      );
      expect(last).toBe(codes.split(', ').toSorted().join(', '));
    },
  );

  test('there are tables', () => {
    expect(new Set(examples.map(({ section }) => section)).size).toBeGreaterThan(1);
  });
});
