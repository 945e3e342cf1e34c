import { compileTable, entityName, policies, prove, valueIn, verifyRecord } from '@concord/core';
import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { mapOf, openChanging } from '../kit/changing.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

vi.setConfig({ testTimeout: LONG_MS });

const ITEM = entityName('item');
const COLUMNS = ['text', 'phone', 'note'] as const;
type Column = (typeof COLUMNS)[number];

/** A configuration: which systems mirror what, under what name, by what policy. */
interface Shape {
  readonly hasC: boolean;
  /** By column: where it is mirrored, and how; absent: nowhere. */
  readonly fields: Readonly<Record<Column, { readonly in: string; readonly policy: string; readonly isRenamed: boolean } | undefined>>;
  readonly isGrouped: boolean;
}

type Step =
  | { readonly kind: 'become'; readonly shape: Shape; readonly isCalm: boolean }
  | { readonly kind: 'edit'; readonly system: string; readonly code: string; readonly column: Column }
  | { readonly kind: 'calm' };

const field = fc.option(
  fc.record({
    in: fc.constantFrom('ab', 'abc', 'bc', 'ac'),
    policy: fc.constantFrom('latest', 'manual', 'first', 'text'),
    isRenamed: fc.boolean(),
  }),
  { nil: undefined, freq: 3 },
);
const shapes: fc.Arbitrary<Shape> = fc.record({
  hasC: fc.boolean(),
  fields: fc.record({ text: field, phone: field, note: field }),
  isGrouped: fc.boolean(),
});
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('become' as const), shape: shapes, isCalm: fc.boolean() }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      system: fc.constantFrom('a', 'b', 'c'),
      code: fc.constantFrom('1', '2', '3'),
      column: fc.constantFrom(...COLUMNS),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'calm' as const }) },
);

/** Of the final configuration: a field with its column, and the systems that have it. */
interface Place {
  readonly name: string;
  readonly column: Column;
  readonly systems: readonly string[];
}

function placesOf({ hasC, fields }: Shape): readonly Place[] {
  return COLUMNS.flatMap((column): readonly Place[] => {
    const told = fields[column];
    if (!told) return [];
    const systems = told.in.split('').filter((id) => hasC || id !== 'c');
    return systems.length < 2 ? [] : [{ name: told.isRenamed ? `${column}Again` : column, column, systems }];
  });
}

function yamlOf(shape: Shape): string {
  const ids = shape.hasC ? ['a', 'b', 'c'] : ['a', 'b'];
  const places = placesOf(shape);
  const [first, second] = places;
  const isGrouped = shape.isGrouped && first && second && first.systems.join() === second.systems.join();
  const lines = places.map(({ name, column, systems }) => {
    const policy = isGrouped && (name === first.name || name === second.name) ? '' : `policy: ${shape.fields[column]?.policy}, `;
    return `      ${name}: { ${policy}${systems.map((id) => `${id}: ${column}`).join(', ')} }\n`;
  });
  const groups = isGrouped ? `    groups:\n      both: { fields: [${first.name}, ${second.name}], policy: latest }\n` : '';
  const sides = ids.map((id) => `    ${id}: { set: items, id: [id] }\n`).join('');
  return `${sides}    key: [code]\n    fields:\n      code: { ${ids.map((id) => `${id}: code`).join(', ')} }\n${lines.join('')}${groups}`;
}

test('whatever configurations follow each other, and whatever is edited meanwhile: all ends alike, nothing is lost, and all is proved', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, fc.array(steps, { minLength: 3, maxLength: 12 }), shapes, async (first, made, last) => {
      const house = openChanging({ text: null, phone: null, note: null });
      const typed = new Map<string, string>();
      let serial = 0;
      const edit = (system: string, code: string, column: Column): void => {
        const value = `${system}${code} ${column} ${(serial += 1)}`;
        typed.set(`${system} ${code} ${column}`, value);
        house.put(system, `${system}${code}`, { code, [column]: value });
      };
      for (const code of ['1', '2']) for (const column of COLUMNS) edit('a', code, column);
      try {
        await house.become(yamlOf(first));
        for (const step of made) {
          if (step.kind === 'calm') await house.calm();
          else if (step.kind === 'edit') {
            // Whoever edits a row that Concord made edits that one, and does not make a second.
            const row = house.row(step.system, step.code);
            const value = `${step.system}${step.code} ${step.column} ${(serial += 1)}`;
            typed.set(`${step.system} ${step.code} ${step.column}`, value);
            house.put(step.system, row ?? `${step.system}${step.code}`, { code: step.code, [step.column]: value });
          } else {
            await house.become(yamlOf(step.shape));
            if (step.isCalm) await house.calm();
          }
        }
        await house.become(yamlOf(last));
        await house.calm();
        await check(house, last, typed);
      } finally {
        await house.stop();
      }
    }),
    { numRuns: runs(12) },
  );
});

async function check(house: ReturnType<typeof openChanging>, last: Shape, typed: ReadonlyMap<string, string>): Promise<void> {
  const map = mapOf(yamlOf(last));
  if (!map) throw new Error('there is no item');
  const table = compileTable(map, policies);
  const { items: records } = await house.ledger.records({ entity: ITEM, limit: 500 });
  const held = (await house.ledger.conflicts({ state: 'held', limit: 500 })).items;
  for (const { register } of held) expect(table.registers.has(register), `${register} is held, and mirrored`).toBe(true);
  for (const record of records) {
    const { differences } = await prove(house.ledger, table, record);
    expect(differences.filter(({ ruleChanged }) => ruleChanged === undefined)).toEqual([]);
    const code = String(valueIn(record, 'code'));
    const { items: changes } = await house.ledger.changes(record.id, { limit: 500 });
    expect(verifyRecord(table, record, changes)).toEqual([]);
    const told = new Set(changes.flatMap(({ edits }) => edits.flatMap(({ value }) => (Array.isArray(value) ? value : [value]))));
    for (const { name, column, systems } of placesOf(last)) {
      for (const system of systems) {
        const value = typed.get(`${system} ${code} ${column}`);
        if (value !== undefined) expect([...told], `the edit of ${column} in ${system} is in the history`).toContain(value);
      }
      const register = [...table.registers.values()].find(({ fields }) => fields.includes(name))?.name ?? name;
      if (held.some((one) => one.record === record.id && one.register === register)) continue;
      const shown = new Set(systems.map((system) => house.column(system, column)[code]));
      expect(shown.size, `${column} of ${code} is alike in ${systems.join()}: ${[...shown].join(' | ')}`).toBe(1);
    }
  }
}
