import {
  conflictId,
  compileTable,
  entityName,
  lint,
  lintRules,
  must,
  policies,
  recordId,
  type ConflictRow,
  type EditTold,
  type FailureRow,
  type LintCode,
  type LintSubject,
  type PolicyKind,
  type Table,
  type Tables,
} from '@concord/core';
import { expect, test } from 'vitest';
import { factsOf, registerFacts } from '../../kit/facts.ts';
import { CE, FNO, POS, tableOf, type FieldPlan } from '../../kit/tables.ts';

const DAY_MS = 86_400_000;

/** Policies that are not there yet, or not here: only their name and their answer matter. */
function stranger(name: string, answer: (values: readonly unknown[]) => string = () => 'x'): PolicyKind {
  return {
    ...must(policies['manual'], 'there is a policy to begin with'),
    name,
    make: () => (view) => ({ kind: 'settled', value: answer(view.frontier.map(({ value }) => value)), rule: name, reason: name }),
  };
}

const strangers = Object.fromEntries(
  ['not-empty', 'majority', 'average', 'states', 'lattice', 'guarded'].map((name) => [name, stranger(name)]),
);
const ALL = { ...policies, ...strangers };

const plan = (name: string, options?: unknown): FieldPlan => ({ policy: { name, options } });

/** A customer with a key and one field under the policy that is looked at. */
function table(field: FieldPlan, more: Readonly<Record<string, FieldPlan>> = {}, kinds: Readonly<Record<string, PolicyKind>> = ALL): Table {
  // Names are checked with the configuration; here only what the rules look at is put together.
  const plans: Readonly<Record<string, FieldPlan>> = { account: {}, field, ...more };
  const plain = tableOf(Object.fromEntries(Object.entries(plans).map(([name, { policy: _policy, ...rest }]) => [name, rest])));
  const registers = plain.map.registers.map((register) => ({ ...register, policy: plans[register.name]?.policy ?? register.policy }));
  return compileTable({ ...plain.map, registers }, kinds);
}

const under = (one: Table): Tables => new Map([[String(one.map.entity), one]]);
const told = (one: Table, facts: Parameters<typeof registerFacts>[1], more: Parameters<typeof factsOf>[1] = {}): LintSubject => ({
  tables: under(one),
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

const custom = (answer: (values: readonly unknown[]) => string) =>
  table(plan('custom'), {}, { ...ALL, custom: stranger('custom', answer) });
const latest = table(plan('latest'));
const invariant = (one: Table): Tables => {
  const map = { ...one.map, invariants: [{ check: 'field <= other' }] };
  return under({ ...one, map });
};
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
  return under(compileTable({ ...one.map, registers }, ALL));
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
    fires: {
      tables: under(
        table(
          plan('lattice', {
            edges: [
              ['Draft', 'Sent'],
              ['Draft', 'Dropped'],
            ],
          }),
        ),
      ),
    },
    quiet: {
      tables: under(
        table(
          plan('lattice', {
            edges: [
              ['Draft', 'Sent'],
              ['Draft', 'Dropped'],
              ['Sent', 'Closed'],
              ['Dropped', 'Closed'],
            ],
          }),
        ),
      ),
    },
    says: /"Sent" and "Dropped" have no least value/,
  },
  PL04: {
    fires: {
      tables: under(table(plan('guarded', [{ when: 'other == "x"' }]), { other: plan('guarded', [{ when: 'field == "y"' }]) })),
    },
    quiet: { tables: under(table(plan('guarded', [{ when: 'other == "field"' }]), { other: plan('latest') })) },
    says: /lead back to it/,
  },
  PL05: {
    fires: told(table(plan('text')), { decisions: 8, baseless: 2 }),
    quiet: told(latest, { decisions: 8, baseless: 2 }),
    says: /2 of 8 decisions/,
  },
  PL06: {
    fires: told(
      custom((values) => String(values.length)),
      { frontiers: [[edits(FNO, 'a'), edits(CE, 'b')]] },
    ),
    quiet: told(
      custom((values) => [...values].map(String).toSorted().at(0) ?? ''),
      { frontiers: [[edits(FNO, 'a'), edits(CE, 'b')]] },
    ),
    says: /1 of 1 real conflicts/,
  },
  PL07: {
    fires: { tables: invariant(table(plan('latest'), { other: {} })) },
    quiet: { tables: under(table(plan('latest'), { other: {} })) },
    says: /"field <= other" is about field, other/,
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
    fires: { tables: under(table(plan('majority'))) },
    quiet: {
      tables: under(
        compileTable(tableOf({ account: {}, field: {} }, { systems: [FNO, CE, POS] }).map, { ...ALL, latest: stranger('majority') }),
      ),
    },
    says: /fno and ce have the field/,
  },
  PL12: {
    fires: { tables: child('delete-wins') },
    quiet: { tables: child('manual') },
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
    fires: { tables: readOnly(plan('latest')) },
    quiet: { tables: readOnly(plan('owner', 'fno')) },
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
  const { tables } = told(table(plan('majority')), {});
  expect(lint({ tables }).map(({ code }) => code)).toEqual(['PL11']);
});

test.each([
  ['PL03', table(plan('rank', ['Low', 'High', 'Low'])), /"Low" is in the order twice/],
  ['PL03', table(plan('rank', { order: ['Low', 'High'], until: { High: 'Low' } })), /"High" is in the order, and under "until" too/],
  ['PL03', table(plan('states', { Draft: ['Sent'], Sent: ['Draft'] })), /leads back to itself/],
  ['PL04', table(plan('guarded', [{ when: 'other  == "x"' }, { when: 'other == "x"' }]), { other: {} }), /stands twice/],
  ['PL11', table(plan('average')), /written to fno and ce/],
] as const)('%s also sees other ways to get it wrong', (code, one, says) => {
  const found = lint({ tables: under(one) }).filter((finding) => finding.code === code);
  expect(found.map(({ evidence }) => evidence).join('\n')).toMatch(says);
});
