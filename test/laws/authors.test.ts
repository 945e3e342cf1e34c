import { openAuthors, registerIn, type Run, type SystemId, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { runs as times } from '../kit/runs.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { calm, deliver, edit, pull, ruleHeld, worldOf, type World } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];
const FIELDS = {
  memo: { policy: { name: 'text', options: undefined } },
  tags: { type: { kind: 'choices' }, policy: { name: 'set', options: undefined } },
} as const;

interface Act {
  readonly kind: 'put' | 'take' | 'pull' | 'deliver' | 'lose';
  readonly at: number;
  readonly place: number;
}
type Step = Act | { readonly kind: 'rule' } | { readonly kind: 'calm' };

const KINDS = ['put', 'put', 'put', 'take', 'pull', 'pull', 'deliver', 'deliver', 'lose'] as const;
const histories = (systems: number): fc.Arbitrary<readonly Step[]> =>
  fc.array(
    fc.oneof(
      { weight: 9, arbitrary: fc.record({ kind: fc.constantFrom(...KINDS), at: fc.nat(systems - 1), place: fc.nat(30) }) },
      { weight: 1, arbitrary: fc.constantFrom<Step>({ kind: 'rule' }, { kind: 'calm' }) },
    ),
    { minLength: 6, maxLength: 40 },
  );

const wordsIn = (value: Value | undefined): readonly string[] => (typeof value === 'string' && value !== '' ? value.split(' ') : []);
const tagsIn = (value: Value | undefined): readonly string[] => (typeof value === 'string' ? JSON.parse(value) : []);
const tagsOf = (all: readonly string[]): Value => (all.length === 0 ? null : JSON.stringify(all.toSorted()));

/** Nobody types a word that was there before; each word says who typed it. */
function act(world: World, system: SystemId, { kind, place }: Act): void {
  const row = world.rows.get(system);
  if (!row) return;
  const [words, tags] = [wordsIn(row.values.get('memo')), tagsIn(row.values.get('tags'))];
  const [at, word] = [place % (words.length + 1), `${system}-${world.nowMs}`];
  const isPut = kind === 'put' || words.length < 4;
  const next = isPut ? [...words.slice(0, at), word, ...words.slice(at)] : words.filter((_one, index) => index !== at);
  const others = isPut ? [...tags, word] : tags.filter((_one, index) => index !== at);
  edit(world, system, { memo: next.join(' '), tags: tagsOf(others) });
}

function play(steps: readonly Step[], systems: readonly SystemId[]): World {
  const world = worldOf(tableOf(FIELDS, { systems }));
  edit(world, FNO, { memo: 'fno-a fno-b fno-c fno-d fno-e', tags: '["fno-a","fno-b"]' });
  calm(world);
  for (const step of steps) {
    if (step.kind === 'rule') ruleHeld(world, (values) => values[0] ?? null);
    if (step.kind === 'rule' || step.kind === 'calm') {
      calm(world);
      continue;
    }
    const system = systems[step.at];
    if (system && step.kind === 'pull') pull(world, system);
    else if (system && (step.kind === 'deliver' || step.kind === 'lose')) deliver(world, system, step.kind === 'lose' ? 'answer' : 'none');
    else if (system) act(world, system, step);
  }
  return world;
}

function runsIn({ table, changes, record }: World, name: string): readonly Run[] {
  const authors = openAuthors(table, name);
  for (const change of changes) authors.follow(change);
  const runs = authors.runs(record && registerIn(record, name)?.value);
  expect(runs).toBeDefined();
  return runs ?? [];
}

test.each([2, 3])('the runs of a text are the text, and each word is told of who typed it, with %i systems', (count) => {
  fc.assert(
    fc.property(histories(count), (steps) => {
      const world = play(steps, SYSTEMS.slice(0, count));
      const value = world.record && registerIn(world.record, 'memo')?.value;
      const told = runsIn(world, 'memo');
      expect(told.map(({ text }) => text).join('')).toBe(value ?? '');
      for (const { text, author } of told)
        for (const word of wordsIn(text.trim())) expect([word, author?.system]).toEqual([word, word.split('-')[0]]);
    }),
    { numRuns: times(100) },
  );
});

test.each([2, 3])('the members of a set are told of who put them in, with %i systems', (count) => {
  fc.assert(
    fc.property(histories(count), (steps) => {
      const world = play(steps, SYSTEMS.slice(0, count));
      const told = runsIn(world, 'tags');
      expect(tagsOf(told.map(({ text }) => text))).toBe((world.record && registerIn(world.record, 'tags')?.value) ?? null);
      for (const { text, author } of told) expect([text, author?.system]).toEqual([text, text.split('-')[0]]);
    }),
    { numRuns: times(100) },
  );
});

test('two edits that met are both named, each for its own words', () => {
  const world = worldOf(tableOf(FIELDS, { systems: [FNO, CE] }));
  edit(world, FNO, { memo: 'Pays by the 30th. Call before delivery.' });
  calm(world);
  edit(world, CE, { memo: 'Pays by the 15th. Call before delivery.' });
  edit(world, FNO, { memo: 'Pays by the 30th. Call before noon.' });
  calm(world);
  expect(runsIn(world, 'memo').map(({ text, author }) => [text, author?.system, author?.seq])).toEqual([
    ['Pays by the ', 'fno', 1],
    ['15th. ', 'ce', expect.any(Number)],
    ['Call before ', 'fno', 1],
    ['noon.', 'fno', expect.any(Number)],
  ]);
});

test('what stood when the history began is nobody’s, and an edit of it is its author’s', () => {
  const world = worldOf(tableOf(FIELDS, { systems: [FNO, CE] }));
  edit(world, FNO, { memo: 'Pays by the 30th.' });
  calm(world);
  edit(world, CE, { memo: 'Pays by the 15th.' });
  calm(world);
  const authors = openAuthors(world.table, 'memo');
  // A compaction leaves one change that tells what stood, and no edits.
  for (const change of world.changes) authors.follow(change.seq === 1 ? { ...change, edits: [] } : change);
  expect(authors.runs('Pays by the 15th.')?.map(({ text, author }) => [text, author?.system])).toEqual([
    ['Pays by the ', undefined],
    ['15th.', 'ce'],
  ]);
  expect(authors.runs('Something else'), 'the history does not come to it').toBeUndefined();
});

test('what takes too long to compare is not told, and does not hold anything up', () => {
  const world = worldOf(tableOf(FIELDS, { systems: [FNO, CE] }));
  const text = (middle: string): string => `a ${'word '.repeat(5000)}${middle} ${'word '.repeat(5000)}z`;
  edit(world, FNO, { memo: text('one') });
  calm(world);
  const authors = openAuthors(world.table, 'memo');
  for (const change of world.changes) {
    authors.follow(change);
    const edits = change.edits.map((one) => ({ ...one, on: text('one'), value: `b ${'word '.repeat(9000)}y` }));
    authors.follow({ ...change, edits, patch: [{ op: 'replace', path: '/memo', value: `b ${'word '.repeat(9000)}y` }] });
  }
  expect(authors.runs(`b ${'word '.repeat(9000)}y`)).toBeUndefined();
});
