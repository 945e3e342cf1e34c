import { quickjsSandbox } from '@concord/adapters';
import {
  customPolicy,
  isCanonical,
  parseConfig,
  policies,
  policyKinds,
  type Conflict,
  type FieldType,
  type Made,
  type Resolution,
} from '@concord/core';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { answerOf, decide } from '../kit/decided.ts';
import { conflicts, shuffled, strangeValues } from '../kit/frontiers.ts';
import { madeOf } from '../kit/policies.ts';
import { ENV } from './config/sample.ts';

const sandbox = quickjsSandbox();
afterAll(() => sandbox.close());

const TEXT: FieldType = { kind: 'text' };
const MONEY: FieldType = { kind: 'decimal', scale: 2 };

const LONGEST = `export default function decide({ frontier }) {
  const [best] = [...frontier].sort((a, b) => (b.value ?? '').length - (a.value ?? '').length);
  return { value: best.value, reason: best.system + ' wrote most' };
}`;

function ownMade(name: string, source: string, options: unknown, type: FieldType): Made {
  return madeOf(name, options, { type }, { [name]: customPolicy(name, source, sandbox) });
}

/** With amounts, exact: within ten percent of what it was, the larger one; beyond, a person. */
const CAREFUL = `const cents = (text) => BigInt(text === null ? 0 : text.replace('.', ''));
export default function decide({ frontier, base, options }) {
  const amounts = frontier.map((edit) => cents(edit.value));
  const was = cents(base ?? null);
  const far = amounts.find((amount) => (amount - was) ** 2n * BigInt(100 * 100) > (was * BigInt(options?.percent ?? 10)) ** 2n);
  if (far !== undefined) return { hold: 'too far from what it was' };
  const best = frontier.reduce((a, b) => (cents(b.value) > cents(a.value) ? b : a));
  return { value: best.value, reason: 'the larger one' };
}`;

describe.each([
  ['longest', LONGEST, TEXT, fc.option(fc.string({ unit: 'grapheme', maxLength: 8 }))],
  ['careful', CAREFUL, MONEY, fc.option(fc.constantFrom('100.00', '105.00', '91.00', '9007199254740992.01', '-3.20'))],
] as const)('%s', (name, source, type, values) => {
  const made = ownMade(name, source, undefined, type);

  test('it does not matter which edit was heard of first, and it always comes to the same', () => {
    const both = fc
      .integer({ min: 2, max: 4 })
      .chain((systems) => conflicts(type, values, systems))
      .chain((one) => fc.tuple(fc.constant(one), shuffled(one)));
    fc.assert(
      fc.property(both, ([one, again]) => {
        expect(answerOf(made, again)).toEqual(answerOf(made, one));
      }),
      { numRuns: 40 },
    );
  });

  test('whatever the values are, it answers, with a value of the type or by holding', () => {
    fc.assert(
      fc.property(conflicts(type, strangeValues, 2), (one) => {
        const resolution = answerOf(made, one);
        expect(resolution.reason.trim()).not.toBe('');
        expect(resolution.rule).toMatch(/^custom:\w+@[0-9a-f]{8}$/u);
        if (resolution.kind === 'settled') expect(isCanonical(type, resolution.value)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  test('it breaks no law', () => {
    expect(customPolicy(name, source, sandbox).findBreach(undefined, { type, own: ['field'], systems: ['fno', 'ce'] })).toBeUndefined();
  });
});

test('the rule carries the hash of its source, so that an old resolution tells which version decided', () => {
  const [one, other] = [customPolicy('mine', LONGEST, sandbox), customPolicy('mine', `${LONGEST}\n`, sandbox)];
  expect(one.rule).toMatch(/^custom:mine@[0-9a-f]{8}$/u);
  expect(other.rule).not.toBe(one.rule);
  expect(customPolicy('mine', LONGEST, sandbox).rule).toBe(one.rule);
});

const [conflict] = fc.sample(
  conflicts(MONEY, fc.constantFrom('100.00', '105.00'), 2).filter(
    ({ edits, base }) => base === undefined && edits[0]?.value !== edits[1]?.value,
  ),
  1,
);

const NOTHING: Conflict = { edits: [], type: MONEY };

function answered(body: string): Resolution {
  return answerOf(ownMade('mine', `export default function decide(view) { ${body} }`, { a: 1 }, MONEY), conflict ?? NOTHING);
}

test.each([
  ['throw new Error("no")', 'threw Error: no'],
  ['for (;;) {}', 'took too many steps'],
  // On a machine that is very busy the last resort comes first.
  ['const a = []; for (;;) a.push("x".repeat(1000))', /used too much memory|did not come back/u],
  ['return decide(view)', 'called itself too deep'],
  ['return { value: 1.5, reason: "x" }', 'answered with 1.5, which is no decimal'],
  ['return { value: "1.5", reason: "x" }', 'answered with "1.5", which is no decimal'],
  ['return { value: "1.50" }', 'did not answer with { value, reason } or { hold: reason }'],
  ['return { value: "1.50", reason: "x", hold: "y" }', 'did not answer with'],
  ['return [view.frontier[0].value]', 'did not answer with'],
  ['return Object.create({ value: "1.50", reason: "x" })', 'did not answer with'],
  ['', 'answers with nothing'],
])('what it may not do is held, and stops nothing: %s', (body, reason) => {
  expect(answered(body)).toMatchObject({
    kind: 'held',
    code: 'C17',
    reason: typeof reason === 'string' ? expect.stringContaining(reason) : expect.stringMatching(reason),
  });
});

test('its own hold is an ordinary one, and it is told what it needs to know', () => {
  const told = answered(
    'const { type, options, open } = view; return { hold: JSON.stringify({ type, options, open: open.map((edit) => Object.keys(edit)) }) }',
  );
  expect(told.kind).toBe('held');
  const view: unknown = JSON.parse(told.reason);
  expect(view).toMatchObject({ type: { kind: 'decimal', scale: 2 }, options: { a: 1 } });
  expect(JSON.stringify(view)).toContain('"atMs"');
  expect(
    decide({ policy: () => told, traits: customPolicy('mine', LONGEST, sandbox).traits, readsFields: [] }, conflict ?? NOTHING),
  ).not.toHaveProperty('code', 'C17');
});

test('losing values are told as losers', () => {
  const decision = decide(ownMade('longest', LONGEST, undefined, TEXT), { ...(conflict ?? NOTHING), type: TEXT });
  expect(decision).toMatchObject({ kind: 'settled', losers: [expect.anything()] });
});

const YAML = `systems:
  fno: { adapter: memory }
  ce: { adapter: memory }
policies:
  careful: { module: ./policies/careful.js }
entities:
  customer:
    fno: { set: customers }
    ce: { set: accounts }
    key: [number]
    fields:
      number: { fno: No, ce: no }
      credit: { fno: Credit, ce: credit, type: decimal(2), policy: { careful: { percent: 5 } } }
      limit: { fno: Limit, ce: limit, type: decimal(2), policy: careful }
      street: { fno: Street, ce: street }
      city: { fno: City, ce: city }
    groups:
      address: { fields: [street, city], policy: latest }
`;

function parse(text: string, source: string | undefined = CAREFUL, own = true) {
  const modules = { sandbox, read: (path: string) => (path === './policies/careful.js' ? source : undefined) };
  return parseConfig(text, { file: 'concord.yaml', env: ENV, ...(own ? { modules } : {}) });
}

test('a policy of the user is used by its name like any other', () => {
  const parsed = parse(YAML);
  if (parsed.kind === 'faults') throw new Error(JSON.stringify(parsed.faults));
  expect(parsed.config.policies['careful']).toEqual({ module: './policies/careful.js', source: CAREFUL });
  expect(parsed.config.entities[0]?.registers.map(({ policy }) => policy.name)).toEqual(['latest', 'careful', 'careful', 'latest']);
  expect(Object.keys(policyKinds(parsed.config.policies, sandbox))).toEqual([...Object.keys(policies), 'careful']);
});

test('a module that nothing uses is loaded all the same', () => {
  const unused = YAML.replaceAll('policy: careful', 'policy: latest').replace('{ careful: { percent: 5 } }', 'latest');
  expect(parse(unused, CAREFUL).kind).toBe('ok');
  const parsed = parse(unused, 'export default ({');
  expect(parsed.kind === 'faults' ? parsed.faults : []).toMatchObject([
    { line: 5, text: expect.stringContaining('is no policy: it threw SyntaxError') },
  ]);
});

const wrong: readonly (readonly [title: string, text: string, source: string, line: number, told: string])[] = [
  ['a file that is not there', YAML.replace('careful.js', 'carefull.js'), CAREFUL, 5, 'cannot be read'],
  [
    'a name that is taken',
    YAML.replace('  careful: {', '  latest: {')
      .replaceAll('policy: careful', 'policy: latest')
      .replace('{ careful: { percent: 5 } }', 'latest'),
    CAREFUL,
    5,
    'There is a policy "latest" already.',
  ],
  ['a mistyped name', YAML.replace('policy: careful', 'policy: carefull'), CAREFUL, 14, 'Did you mean "careful"?'],
  ['a group', YAML.replace('policy: latest }', 'policy: careful }'), CAREFUL, 18, 'cannot decide a group'],
  ['a mistyped word', YAML.replace('{ module:', '{ modul:'), CAREFUL, 5, '"module" is missing'],
  ['a module that is no JavaScript', YAML, 'export default function (', 5, 'SyntaxError'],
  ['a module without its function', YAML, 'export const decide = () => 1', 5, 'export default function'],
  [
    'a policy that throws on an empty value',
    YAML,
    'export default ({ frontier }) => ({ value: frontier.map((e) => e.value.trim()).sort()[0], reason: "x" })',
    13,
    'it threw TypeError',
  ],
  [
    'a policy that answers with another type',
    YAML,
    'export default ({ frontier }) => ({ value: Number(frontier[0].value), reason: "x" })',
    13,
    'which is no decimal',
  ],
  [
    'a policy that changes what nobody disputes',
    YAML,
    'export default () => ({ value: "0.00", reason: "x" })',
    13,
    'although nobody disputes',
  ],
  [
    'one within another policy',
    YAML.replace('policy: careful', 'policy: { chain: [careful, manual] }'),
    'export default () => ({ value: "0.00", reason: "x" })',
    13,
    'breaks a law of policies',
  ],
  ['a policy that does not end', YAML, 'export default () => { for (;;) {} }', 13, 'it took too many steps'],
];

test.each(wrong)('%s is refused, with its line', (_title, text, source, line, told) => {
  const parsed = parse(text, source);
  const [fault] = parsed.kind === 'faults' ? parsed.faults : [];
  expect(fault?.line).toBe(line);
  expect(`${fault?.text} ${fault?.suggestion ?? ''}`).toContain(told);
});

test('where nothing can run it, a configuration with a policy of its own is refused', () => {
  const parsed = parse(YAML, CAREFUL, false);
  expect(parsed.kind === 'faults' ? parsed.faults[0] : parsed).toMatchObject({ line: 5, text: 'Policies of your own cannot be run here.' });
});
