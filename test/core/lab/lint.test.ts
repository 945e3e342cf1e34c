import {
  conflictId,
  compileTable,
  customPolicy,
  entityName,
  lint,
  lintRules,
  policies,
  recordId,
  type ConflictRow,
  type EditTold,
  type FailureRow,
  type Invariant,
  type LintCode,
  type LintSubject,
  type Ran,
  type Sandbox,
  type SystemId,
  type Table,
  type TableMap,
  type Tables,
} from '@concord/core';
import { expect, test } from 'vitest';
import { factsOf, registerFacts } from '../../kit/facts.ts';
import { CE, FNO, POS, tableOf, type FieldPlan } from '../../kit/tables.ts';

const DAY_MS = 86_400_000;

const plan = (name: string, options?: unknown): FieldPlan => ({ policy: { name, options } });

/** A customer with a key and one field under the policy that is looked at. */
function table(field: FieldPlan, more: Readonly<Record<string, FieldPlan>> = {}, options: Partial<TableMap> = {}): Table {
  return tableOf({ account: {}, field, ...more }, options);
}

const under = (one: Table): Tables => new Map([[String(one.map.entity), one]]);
const just = (tables: Tables): LintSubject => ({ tables, kinds: policies });
const told = (one: Table, facts: Parameters<typeof registerFacts>[1], more: Parameters<typeof factsOf>[1] = {}): LintSubject => ({
  ...just(under(one)),
  facts: factsOf([registerFacts('field', facts)], more),
});

function failure(code: string, words: string): FailureRow {
  return { atMs: 1, system: FNO, entity: entityName('customer'), record: recordId('r1'), code, words };
}

function waiting(count: number, state: ConflictRow['state']): readonly ConflictRow[] {
  const resolution = { register: 'field', code: 'C01', kind: 'held', rule: 'manual', reason: '', contributors: [], losers: [] } as const;
  return Array.from({ length: count }, (_, index) => ({
    id: conflictId(recordId(`r${index}`), 'field', 1),
    record: recordId(`r${index}`),
    entity: entityName('customer'),
    register: 'field',
    fields: ['field'],
    code: 'C01',
    state,
    resolution,
    openedSeq: 1,
    openedAtMs: index * DAY_MS,
  }));
}

const edits = (system: EditTold['system'], value: string): EditTold => ({
  register: 'field',
  system,
  value,
  saw: 1,
  number: 2,
  stamp: { ms: 1, count: 0, system },
});

/** A policy of the user's own, whose module answers what is said here. */
const custom = (answer: (edits: number) => Ran): LintSubject => {
  const sandbox: Sandbox = {
    run: (_source, inputs) => inputs.map((input) => answer(JSON.stringify(input).split('"system"').length - 1)),
    close: async () => {},
  };
  const kinds = { ...policies, mine: customPolicy('mine', 'export default …', sandbox) };
  const map = table(plan('latest')).map;
  const registers = map.registers.map((one) => (one.name === 'field' ? { ...one, policy: { name: 'mine', options: undefined } } : one));
  const frontiers = [{ edits: [edits(FNO, 'a'), edits(CE, 'b')] }];
  return { ...told(compileTable({ ...map, registers }, kinds), { frontiers }), kinds };
};
const latest = table(plan('latest'));
const number = { type: { kind: 'integer' as const } };
const invariant = (onViolation: Invariant['onViolation']): Table =>
  table({ ...plan('latest'), ...number }, { other: number }, { invariants: [{ check: 'field <= other', onViolation }] });
const votes = (systems: readonly SystemId[]): LintSubject => just(under(tableOf({ account: {}, field: plan('majority') }, { systems })));
const child = (rule: 'manual' | 'delete-wins'): Tables => {
  const order = latest.map;
  const line = tableOf(
    { order: { type: { kind: 'reference', entity: 'customer' } }, number: {} },
    { key: ['order', 'number'], delete: rule },
  );
  const lines = compileTable({ ...line.map, entity: entityName('line') }, policies);
  return new Map([
    ['customer', compileTable({ ...order, delete: 'manual' }, policies)],
    ['line', lines],
  ]);
};
const readOnly = (policy: FieldPlan): Tables => {
  const one = table(policy);
  const registers = one.map.registers.map((register) => {
    const [first] = register.fields;
    const sides = { ...first.sides, fno: { column: 'field', only: 'read' as const } };
    return register.name === 'field' ? { ...register, fields: [{ ...first, sides }] as const } : register;
  });
  return under(compileTable({ ...one.map, registers }, policies));
};

/** For each rule what makes it fire, and what is almost the same and does not. */
const cases: Readonly<Record<LintCode, { readonly fires: LintSubject; readonly quiet: LintSubject; readonly says: RegExp }>> = {
  PL01: {
    fires: told(latest, { rivals: 10, closeRivals: 6 }, { wholeSeconds: new Set([FNO]) }),
    quiet: told(latest, { rivals: 10, closeRivals: 6 }),
    says: /6 of 10 concurrent edits.*fno/,
  },
  PL02: {
    fires: told(latest, {
      bySystem: new Map([
        [CE, 200],
        [FNO, 1],
      ]),
    }),
    quiet: told(latest, {
      bySystem: new Map([
        [CE, 200],
        [FNO, 20],
      ]),
    }),
    says: /200 of 201 edits were made in ce/,
  },
  PL03: {
    fires: just(
      under(
        table(
          plan('lattice', [
            ['Draft', 'Sent'],
            ['Draft', 'Dropped'],
          ]),
        ),
      ),
    ),
    quiet: just(
      under(
        table(
          plan('lattice', [
            ['Draft', 'Sent', 'Closed'],
            ['Draft', 'Dropped', 'Closed'],
          ]),
        ),
      ),
    ),
    says: /nothing is above both "Dropped" and "Sent"/,
  },
  PL04: {
    fires: just(under(table(plan('freeze', { when: 'other == "x"' }), { other: plan('when', [{ if: 'field == "y"', then: 'manual' }]) }))),
    quiet: just(under(table(plan('freeze', { when: 'other == "field"' }), { other: plan('latest') }))),
    says: /lead back to it/,
  },
  PL05: {
    fires: told(table(plan('text')), { decisions: 8, baseless: 2 }),
    quiet: told(latest, { decisions: 8, baseless: 2 }),
    says: /2 of 8 decisions/,
  },
  PL06: {
    fires: custom(() => ({ kind: 'failed', words: 'TypeError: x is undefined' })),
    quiet: custom(() => ({ kind: 'answer', json: { value: 'a', reason: 'always' } })),
    says: /of 1 real conflicts, in 1 "mine" fails: TypeError/,
  },
  PL07: {
    fires: just(under(invariant({ kind: 'hold' }))),
    // What is computed anew fits by itself.
    quiet: just(under(invariant({ kind: 'recompute', field: 'other', text: 'field' }))),
    says: /"field <= other" is about field, other, .* waits for a person/,
  },
  PL08: {
    fires: told(latest, {}, { failures: [failure('C14', 'field was stored otherwise than written')] }),
    quiet: told(latest, {}, { failures: [failure('C14', 'fieldwork was stored otherwise than written')] }),
    says: /1 writes were stored otherwise by fno/,
  },
  PL09: {
    fires: told(table(plan('not-empty')), { edits: 9, cleared: 3 }),
    quiet: told(table(plan('not-empty')), { edits: 9 }),
    says: /3 of 9 edits emptied it/,
  },
  PL10: {
    fires: told(table(plan('text')), { edits: 30, charsMax: 12 }),
    quiet: told(table(plan('text')), { edits: 30, charsMax: 120 }),
    says: /longest of 30 values has 12 characters/,
  },
  PL11: {
    fires: votes([FNO, CE]),
    quiet: votes([FNO, CE, POS]),
    says: /fno and ce have the field: two are no vote/,
  },
  PL12: {
    fires: just(child('delete-wins')),
    quiet: just(child('manual')),
    says: /customer is decided by manual, its line by delete-wins/,
  },
  PL13: {
    fires: told(latest, {}, { failures: [failure('C07', 'has the same natural key as a-1')] }),
    quiet: told(latest, {}, { failures: [failure('C13', 'has the same natural key as a-1')] }),
    says: /1 rows in fno/,
  },
  PL14: {
    fires: told(table({ ...plan('counter'), type: { kind: 'decimal', scale: 2 } }), { placesMax: 4 }),
    quiet: told(table({ ...plan('counter'), type: { kind: 'decimal', scale: 2 } }), { placesMax: 2 }),
    says: /4 decimal places were counted with 2/,
  },
  PL15: {
    fires: told(table(plan('owner', 'fno')), { bySystem: new Map([[CE, 4]]) }),
    quiet: told(table(plan('owner', 'fno')), { bySystem: new Map([[CE, 4]]), copies: new Map([[FNO, 1]]) }),
    says: /fno never told a value; 4 edits were made in ce/,
  },
  PL16: {
    fires: told(table(plan('manual')), {}, { conflicts: [...waiting(12, 'held'), ...waiting(3, 'resolved')] }),
    quiet: told(table(plan('manual')), {}, { conflicts: [...waiting(12, 'held'), ...waiting(30, 'resolved')] }),
    says: /12 wait/,
  },
  PL17: {
    fires: just(readOnly(plan('latest'))),
    quiet: just(readOnly(plan('owner', 'fno'))),
    says: /not written in fno/,
  },
  PL18: {
    fires: told(table({ type: { kind: 'choice' } }), {}, { failures: [failure('VALUE_UNREADABLE', 'field: 7 is no symbol')] }),
    quiet: told(latest, {}, { failures: [failure('VALUE_UNREADABLE', 'field: 7 is no symbol')] }),
    says: /field: 7 is no symbol/,
  },
  PL19: {
    fires: told(table(plan('max')), { edits: 40, lastByRule: new Map([['max', 0]]) }, { lastMs: 100 * DAY_MS }),
    quiet: told(table(plan('max')), { edits: 40, lastByRule: new Map([['max', 50 * DAY_MS]]) }, { lastMs: 100 * DAY_MS }),
    says: /40 edits, and none of the last 90 days/,
  },
  PL20: {
    fires: told(latest, { flaps: 2, bySystem: new Map([[CE, 3]]) }),
    quiet: told(latest, { flaps: 0, bySystem: new Map([[CE, 3]]) }),
    says: /2 edits set it back/,
  },
};

test.each(Object.entries(cases))('%s fires where it should, and only there', (code, { fires, quiet, says }) => {
  const rule = lintRules.find((candidate) => candidate.code === code);
  const found = rule?.check(fires) ?? [];
  expect(found.map(({ evidence }) => evidence).join('\n')).toMatch(says);
  expect(found.every((one) => one.code === code && one.change.length > 0)).toBe(true);
  expect(rule?.check(quiet)).toEqual([]);
});

test('every rule has a code of its own, in order, and a case here', () => {
  expect(lintRules.map(({ code }) => code)).toEqual(Object.keys(cases));
});

test('without a ledger only the configuration is looked at, and nothing breaks', () => {
  expect(lint(votes([FNO, CE])).map(({ code }) => code)).toEqual(['PL11']);
});

test.each([
  ['PL03', table(plan('rank', ['Low', 'High', 'Low'])), /"Low" is in the order twice/],
  ['PL03', table(plan('rank', { order: ['Low', 'High'], until: { High: 'Low' } })), /"High" is in the order, and under "until" too/],
  ['PL03', table(plan('states', { steps: { Draft: ['Sent'], Sent: ['Draft'] } })), /leads back to itself/],
  [
    'PL04',
    table(
      plan('when', [
        { if: 'other  == "x"', then: 'manual' },
        { if: 'other == "x"', then: 'latest' },
      ]),
      { other: {} },
    ),
    /stands twice/,
  ],
] as const)('%s also sees other ways to get it wrong', (code, one, says) => {
  const found = lint(just(under(one))).filter((finding) => finding.code === code);
  expect(found.map(({ evidence }) => evidence).join('\n')).toMatch(says);
});

const within = (options: unknown, name = 'when') => table(plan(name, options), { other: {} });

test.each([
  [
    within([{ if: 'other == "x"', then: { rank: ['Low', 'High', 'Low'] } }]),
    'policy: { when: [{ if: "other == \\"x\\"", then: { rank: … } }] }',
  ],
  [
    within([{ if: 'other == "x"', then: 'majority' }, { else: 'manual' }]),
    'policy: { when: [{ if: "other == \\"x\\"", then: latest }, { else: manual }] }',
  ],
  [within({ then: { chain: ['manual', 'majority'] } }, 'not-empty'), 'policy: { not-empty: { then: { chain: [manual, latest] } } }'],
])('a policy within another is looked at as well, and the change is made in its place', (one, change) => {
  const [found, ...more] = lint(just(under(one)));
  expect([found?.change, more]).toEqual([expect.stringContaining(change), []]);
});

test('a policy that is used because nobody named another can be put in its place', () => {
  const facts = { rivals: 10, closeRivals: 6 };
  const found = (one: Table) => lint(told(one, facts, { wholeSeconds: new Set([FNO]) })).map(({ change }) => change);
  expect(found(table(plan('not-empty')))).toEqual([expect.stringContaining('{ policy: { not-empty: { then: { prefer: [fno, ce] } } } }')]);
  expect(found(within([{ if: 'other == "x"', then: 'manual' }]))).toEqual([
    expect.stringContaining('[{ if: "other == \\"x\\"", then: manual }, { else: { prefer: [fno, ce] } }]'),
  ]);
});

test('what a rule says of options is what the policy itself reads', () => {
  const text = (options?: unknown) => lint(told(table(plan('text', options)), { edits: 30, charsMax: 12 })).map(({ code }) => code);
  expect([text(), text('words'), text({ fallback: 'latest' }), text('lines')]).toEqual([['PL10'], ['PL10'], ['PL10'], []]);
  const stored = [failure('C14', 'field was stored otherwise than written')];
  const kept = (policy: FieldPlan) => lint(told(table(policy), {}, { failures: stored })).map(({ code }) => code);
  expect([kept(plan('latest')), kept(plan('owner', 'ce'))]).toEqual([['PL08'], []]);
});

test('a policy of your own is known by its name, whatever text it had when it decided', () => {
  const { tables, kinds } = custom(() => ({ kind: 'answer', json: { value: 'a', reason: 'always' } }));
  const facts = (at: number) =>
    factsOf([registerFacts('field', { edits: 40, lastByRule: new Map([['custom:mine@01234567', at]]) })], { lastMs: 100 * DAY_MS });
  expect(lint({ tables, kinds, facts: facts(50 * DAY_MS) })).toEqual([]);
  expect(lint({ tables, kinds, facts: facts(0) }).map(({ code }) => code)).toEqual(['PL19']);
});
