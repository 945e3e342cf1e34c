import { parseConfig } from '@concord/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

/** Pieces that YAML, variables and JavaScript are particular about. */
const piece = fc.constantFrom(
  ...'{ } [ ] : - ? , # % | > " \' &a *a !!x ${ ${A} <<: --- __proto__ constructor systems entities fields fno policy null .nan 1e999'.split(
    ' ',
  ),
  '\n',
  '\n  ',
  '\t',
  ': ',
  '- ',
  '\u0000',
  '\uE000',
  '\uD800',
);
const pieces = fc.array(fc.oneof(piece, fc.string({ maxLength: 6 })), { maxLength: 40 }).map((parts) => parts.join(''));

/** The sample with a piece of it cut out and something else put in. */
const damaged = fc
  .record({ at: fc.nat(SAMPLE.length), cut: fc.nat(40), put: fc.oneof(pieces, fc.json()) })
  .map(({ at, cut, put }) => SAMPLE.slice(0, at) + put + SAMPLE.slice(at + cut));

function answerTo(text: string): string {
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  if (answer.kind === 'ok') return 'ok';
  const inside = answer.faults.every(({ line, column }) => line >= 1 && line <= text.split('\n').length && column >= 1);
  return answer.faults.length > 0 && inside ? 'faults' : `faults without a place: ${JSON.stringify(answer.faults)}`;
}

test('any text at all is a configuration or has faults with a line', () => {
  fc.assert(
    fc.property(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 200 })), (text) => {
      expect(answerTo(text)).toBe('faults');
    }),
    { numRuns: 500 },
  );
});

test('a configuration that was damaged anywhere is still read or has faults with a line', () => {
  fc.assert(
    fc.property(damaged, (text) => {
      expect(['ok', 'faults']).toContain(answerTo(text));
    }),
    { numRuns: 300 },
  );
});

/** Each name stands for four of the one before. */
const MULTIPLIED = 'bcdefgh'.split('').map((name, index) => {
  const before = `*${'abcdefg'.charAt(index)}`;
  return `${name}: &${name} [${before}, ${before}, ${before}, ${before}]`;
});

test.each([
  ['nested lists', '['.repeat(20_000)],
  ['nested blocks', '{'.repeat(20_000)],
  ['nested blocks with names', '{a: '.repeat(5000)],
  ['nested dashes', '- '.repeat(20_000)],
  ['nested questions', '? '.repeat(20_000)],
  ['nested lines', Array.from({ length: 2000 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
  ['an alias of itself', 'systems: &a { fno: *a }\nentities: &b [*b]'],
  ['aliases that multiply', `a: &a [x, x, x, x, x, x, x, x]\n${MULTIPLIED.join('\n')}`],
  ['a very long file', 'a'.repeat(2_000_000)],
])('%s end in a fault, not in the end of the process', (_title, text) => {
  expect(answerTo(text)).toBe('faults');
});
