import { decodeChange, encodeChange } from '@automerge/automerge';
import { actorIdFrom, changeHash, encode, opId, type Scalar } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';

const actors = ['636f6e636f7264', '706572736f6e', '73797374656d3a6365', '73797374656d3a666e6f', 'ff00'].map(actorIdFrom);
const actor = fc.constantFrom(...actors);
const counter = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 2 ** 31 }));

const text = fc.string({ unit: 'grapheme', maxLength: 40 });
const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  text,
  fc.boolean(),
  fc.constant(null),
  fc.integer(),
  fc.constantFrom(0, 1, 63, 64, -64, -65, 2 ** 31 - 1),
);

const op = fc.record({
  key: fc.oneof(
    fc.constantFrom('name', 'name', 'zip'),
    text.filter((key) => key !== ''),
  ),
  value: scalar,
  pred: fc
    .uniqueArray(fc.tuple(counter, actor), { maxLength: 4, selector: ([n, by]) => `${n}@${by}` })
    .map((list) => list.map(([n, by]) => opId(n, by))),
});

const change = fc.record({
  actor,
  seq: counter,
  startOp: counter,
  time: fc.integer({ min: 0, max: 4_000_000_000 }),
  message: text,
  deps: fc.uniqueArray(
    fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => changeHash(Buffer.from(bytes).toString('hex'))),
    { maxLength: 3 },
  ),
  ops: fc.array(op, { minLength: 1, maxLength: 12 }),
});

/** The declared type of `encodeChange` forgets null values and demands more than it reads. */
const theirs = (input: object): Uint8Array => Reflect.apply(encodeChange, undefined, [input]);

test('the encoder makes the very bytes that Automerge makes, and names them by the same hash', () => {
  fc.assert(
    fc.property(change, (made) => {
      const ops = made.ops.map((one) => ({
        action: 'set',
        obj: '_root',
        ...one,
        ...(typeof one.value === 'number' ? { datatype: 'int' } : {}),
      }));
      const bytes = theirs({ ...made, message: made.message, ops });
      const ours = encode(made);
      expect(Buffer.from(ours.chunk).toString('hex')).toBe(Buffer.from(bytes).toString('hex'));
      expect(ours.hash).toBe(decodeChange(bytes).hash);
    }),
    { numRuns: 2000 },
  );
});
