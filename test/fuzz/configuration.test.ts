import { parseConfig } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from '../core/config/sample.ts';
import { hostileJson, hostileValues, torn } from '../kit/malformed.ts';
import { LONG_MS, runs } from '../kit/runs.ts';

/** The sample, with something else in the place of one of its words: YAML reads JSON. */
const words = [...SAMPLE.matchAll(/[\w.$-]+/gu)].map((found) => ({ at: found.index, length: found[0].length }));
const exchanged = fc
  .record({
    word: fc.constantFrom(...words),
    by: fc.oneof(
      hostileValues.map((value) => JSON.stringify(value)),
      hostileJson,
    ),
  })
  .map(({ word: { at, length }, by }) => SAMPLE.slice(0, at) + by + SAMPLE.slice(at + length));

function answerTo(text: string): string {
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  if (answer.kind === 'ok') return 'ok';
  return answer.faults.length > 0 && answer.faults.every(({ line, column }) => line >= 1 && column >= 1)
    ? 'faults'
    : 'faults without a place';
}

test('a configuration in which something else stands in any one place is read, or has faults with a place', { timeout: LONG_MS }, () => {
  fc.assert(
    fc.property(exchanged, (text) => {
      expect(['ok', 'faults']).toContain(answerTo(text));
    }),
    { numRuns: runs(150) },
  );
});

test('a configuration that was cut off, or into which something fell, likewise', { timeout: LONG_MS }, () => {
  fc.assert(
    fc.property(fc.oneof(torn(SAMPLE), hostileJson), (text) => {
      expect(['ok', 'faults']).toContain(answerTo(text));
    }),
    { numRuns: runs(100) },
  );
});

test('a name that is a list is a fault, and nothing of it is printed by the library that reads YAML', async () => {
  const warned: string[] = [];
  const listen = ({ message }: Error): void => void warned.push(message);
  process.on('warning', listen);
  expect(answerTo('systems: { [secret]: 1, { a: b }: 2 }')).toBe('faults');
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', listen);
  expect(warned).toEqual([]);
});
