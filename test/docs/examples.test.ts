import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { quickjsSandbox } from '@concord/adapters';
import { compileTable, parseConfig, policyKinds, readOverlay, tellFault, type Config, type ParsedConfig } from '@concord/core';
import { afterAll, expect, test } from 'vitest';
import { isMap, parse, parseDocument, stringify } from 'yaml';
import { faultsOf } from '../../packages/server/src/cli/config-file.ts';
import { repositoryFiles, ROOT } from '../fences/sources.ts';

/**
 * Every block of YAML of a page, read by the parser that reads configurations, compiled, and looked at by the adapters, as `concord check` does. What is a
 * part of a configuration is set into a small one, at the place that its outermost names belong to.
 */
type Tree = Readonly<Record<string, unknown>>;

interface Example {
  readonly where: string;
  readonly page: string;
  readonly yaml: string;
}

const pages = repositoryFiles().filter(({ path }) => /^(?:README|ARCHITECTURE|SECURITY|CONTRIBUTING)\.md$|^docs\/.*\.md$/u.test(path));
const examples = pages.flatMap(({ path, text }) =>
  [...text.matchAll(/^( *)```ya?ml\n([\s\S]*?)^ *```$/gmu)].flatMap((found) => blocksIn(path, text, found)),
);

function blocksIn(page: string, text: string, { index, 2: yaml = '' }: RegExpExecArray): readonly Example[] {
  const line = text.slice(0, index).split('\n').length + 1;
  return alternativesIn(yaml).map((one, number) => ({ where: `${page}:${line}${number > 0 ? `, ${number + 1}.` : ''}`, page, yaml: one }));
}

/** A block that begins a second time with the same name shows two ways to write it. */
function alternativesIn(yaml: string): readonly string[] {
  const indent = /^ */u.exec(yaml)?.[0] ?? '';
  const parts = yaml.split(new RegExp(`^(?=${indent}\\S)`, 'mu')).filter((part) => part.trim() !== '');
  const names = parts.map((part) => /^\s*([^\s:]+):/u.exec(part)?.[1] ?? part);
  return new Set(names).size === names.length ? [yaml] : parts;
}

/** What no configuration is: and who reads it. */
const OTHERS: Readonly<Record<string, string>> = { scrape_configs: 'Prometheus' };

const ROOTS = new Set(['systems', 'entities', 'policies', 'ledger', 'compare', 'server', 'limits', 'alerts', 'tracing']);
const OF_ENTITY = new Set([
  'fields',
  'groups',
  'invariants',
  'filter',
  'key',
  'match',
  'review',
  'seed',
  'unique',
  'guard',
  'delete',
  'initial',
]);
const OF_FIELD = new Set(['values', 'type', 'policy', 'sensitive']);

const AUTH = { tenant: 't', client: 'c', secret: '${SECRET}' };
const SYSTEMS: Tree = {
  fno: { adapter: 'finops', url: 'https://fno.example.com', company: 'abct', auth: AUTH },
  ce: { adapter: 'dataverse', url: 'https://ce.example.com', auth: AUTH },
};
const CHOICES = {
  Open: { fno: 'Open', ce: 1 },
  Closed: { fno: 'Closed', ce: 2 },
  Invoiced: { fno: 'Invoiced', ce: 3 },
  Draft: { fno: 'Draft', ce: 4 },
};
/** Fields that examples speak of and do not show. */
const BESIDE: Tree = {
  ...Object.fromEntries(
    ['account', 'name', 'alias', 'number', 'email', 'phone', 'street', 'city', 'zip', 'country'].map((name) => [name, {}]),
  ),
  status: { type: 'choice', values: CHOICES },
  closed: { type: 'yesno' },
  start: { type: 'date' },
  end: { type: 'date' },
  ...Object.fromEntries(['orders', 'credit', 'net', 'tax', 'gross'].map((name) => [name, { type: 'integer' }])),
  total: { type: 'decimal(2)' },
};

let columns = 0;

/** A field without columns has two that nobody else has. */
function mapped(field: unknown): Tree {
  const told = treeOf(field);
  columns += 1;
  return 'fno' in told || 'ce' in told ? told : { fno: `Column${columns}`, ce: `column${columns}`, ...told };
}

function treeOf(value: unknown): Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function fieldsOf(all: unknown): Tree {
  return Object.fromEntries(Object.entries(treeOf(all)).map(([name, field]) => [name, mapped(field)]));
}

function entityOf(told: unknown): Tree {
  const { fno, ce, fields, ...rest } = treeOf(told);
  return {
    fno: { set: 'Things', id: ['Id'], ...treeOf(fno) },
    ce: { set: 'things', ...treeOf(ce) },
    key: ['account'],
    ...rest,
    fields: { ...fieldsOf(BESIDE), ...fieldsOf(fields) },
  };
}

/** Whom others refer to, and what losing values become. */
function aroundOf(shown: string): Tree {
  const about = {
    type: { reference: shown },
    fno: { column: 'About', by: 'account' },
    ce: { column: '_about', write: 'about@odata.bind', as: '/things({})' },
  };
  return { customer: entityOf({}), note: entityOf({ fields: { text: {}, about } }) };
}

/** The configuration that a part belongs to. */
function wholeOf(part: Tree): Tree {
  const names = Object.keys(part);
  if (names.some((name) => ROOTS.has(name))) {
    const entities = Object.fromEntries(Object.entries(treeOf(part['entities'])).map(([name, told]) => [name, entityOf(told)]));
    return { ...part, systems: { ...SYSTEMS, ...treeOf(part['systems']) }, entities: { ...aroundOf('customer'), ...entities } };
  }
  const isField = names.every((name) => OF_FIELD.has(name));
  const told = names.some((name) => OF_ENTITY.has(name)) ? part : { fields: isField ? { shown: part } : part };
  return { systems: SYSTEMS, entities: { ...aroundOf('shown'), shown: entityOf(told) } };
}

/** `…` is what was left out: columns, or how to sign in. */
function partOf({ yaml, where }: Example): Tree {
  const text = yaml
    .replaceAll('auth: …', `auth: ${JSON.stringify(AUTH)}`)
    .replaceAll(/^ *…\n/gmu, '')
    .replaceAll('{ …, ', '{ ')
    .replaceAll('{ … }', '{}');
  const document = parseDocument(text);
  expect([where, document.errors.map(({ message }) => message)]).toEqual([where, []]);
  expect([where, document.contents === null || isMap(document.contents)]).toEqual([where, true]);
  return treeOf(document.toJS());
}

const sandbox = quickjsSandbox();
afterAll(() => sandbox.close());
/** Policies of one's own are those that their page shows. */
const source = /```js\n([\s\S]*?)```/u.exec(pages.find(({ path }) => path === 'docs/custom-policies.md')?.text ?? '')?.[1] ?? '';
const modules = { sandbox, read: () => source };
/** What a variable may hold, by the end of its name. */
const VARIABLES: readonly (readonly [end: string, value: string])[] = [
  ['_URL', 'https://x.example.com'],
  ['ALERTS_SECRET', `whsec_${Buffer.alloc(32, 1).toString('base64')}`],
  ['', 'x'],
];

function read(text: string): ParsedConfig {
  const named = Object.fromEntries(
    [...text.matchAll(/\$\{(\w+)\}/gu)].map(([, name = '']) => [name, VARIABLES.find(([end]) => name.endsWith(end))?.[1] ?? '']),
  );
  return parseConfig(text, { file: 'page', env: named, modules });
}

function compiled({ entities, policies }: Config): number {
  const kinds = policyKinds(policies, sandbox);
  return entities.map((map) => compileTable(map, kinds)).length;
}

test('none is passed over', () => {
  const fences = pages.flatMap(({ text }) => text.match(/```ya?ml/gu) ?? []);
  expect(fences.length).toBeGreaterThan(80);
  expect(new Set(examples.map(({ where }) => where.split(',')[0])).size).toBe(fences.length);
});

test('one that is wrong is noticed', async () => {
  const parsed = read(stringify(wholeOf({ name: { policy: 'latests' } }), { aliasDuplicateObjects: false }));
  expect((await faultsOf('page', parsed)).map(tellFault)).toEqual([expect.stringContaining('latests')]);
});

test.each(examples.map((example) => [example.where, example] as const))('%s is in order', async (_where, example) => {
  const part = partOf(example);
  const [first] = Object.keys(part);
  // A comment alone, which tells editors of the schema.
  if (first === undefined) return expect(example.yaml).toMatch(/^# yaml-language-server/u);
  if (OTHERS[first] !== undefined) return expect(Object.keys(part)).toEqual([first]);
  if (example.page === 'docs/laboratory.md') return expect(overlaid(part)).toEqual([]);
  const text = stringify(wholeOf(part), { aliasDuplicateObjects: false });
  const parsed = read(text);
  expect((await faultsOf('page', parsed)).map(tellFault)).toEqual([]);
  expect(parsed.kind === 'ok' ? compiled(parsed.config) : 0).toBeGreaterThan(0);
});

/** What the laboratory is given are other policies, laid over those of the example. */
function overlaid(part: Tree): readonly string[] {
  const parsed = read(readFileSync(join(ROOT, 'examples/abctextiles/concord.yaml'), 'utf8'));
  if (parsed.kind === 'faults') return parsed.faults.map(tellFault);
  const { entities, policies } = parsed.config;
  return readOverlay(parse(stringify(part)), { entities, kinds: policyKinds(policies, sandbox) }).complaints.map(({ text }) => text);
}
