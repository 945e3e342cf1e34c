import {
  actorOf,
  changeHash,
  recordId,
  systemId,
  type ChangeRow,
  type EditTold,
  type PatchLine,
  type ResolutionTold,
  type Value,
} from '@concord/core';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { readChange, readConflict, writeChange, writeConflict } from '../../../packages/adapters/src/ledgers/sqlite/told.ts';
import { sampleChange, sampleConflict, sampleId } from '../../../packages/core/src/contract/ledger-samples.ts';

const scalar = fc.oneof(fc.constantFrom('a', ''), fc.string({ unit: 'binary' }), fc.integer(), fc.boolean(), fc.constant(null));
const value: fc.Arbitrary<Value> = fc.oneof(scalar, fc.array(scalar, { maxLength: 3 }));
const system = fc.constantFrom('fno', 'ce', 'person').map(systemId);
const stamp = fc.record({ ms: fc.integer({ min: 0, max: 3 }), count: fc.nat(2), system }, { noNullPrototype: true });
const by = fc.string();

/** Few names, so that patches speak of what is told beside them. */
const name = fc.oneof(fc.constantFrom('name', 'phone', '__proto__'), fc.string());
const line: fc.Arbitrary<PatchLine> = fc.oneof(
  fc.record(
    { op: fc.constantFrom('add' as const, 'replace' as const), path: name.map((field) => `/${field}`), value: scalar },
    { noNullPrototype: true },
  ),
  fc.record({ op: fc.constant('remove' as const), path: fc.string() }, { noNullPrototype: true }),
);
const edit: fc.Arbitrary<EditTold> = fc.record(
  { register: name, system, value, saw: fc.nat(3), number: fc.nat(3), stamp, on: value, by },
  { noNullPrototype: true, requiredKeys: ['register', 'system', 'value', 'saw', 'number', 'stamp'] },
);
const edits = fc.array(edit, { maxLength: 3 });
const resolution: fc.Arbitrary<ResolutionTold> = fc.record(
  {
    register: name,
    code: fc.constantFrom('C01', 'C04'),
    kind: fc.constantFrom('settled', 'held'),
    rule: fc.string(),
    reason: fc.string(),
    contributors: edits,
    losers: edits,
    value,
    base: value,
  },
  { noNullPrototype: true, requiredKeys: ['register', 'code', 'kind', 'rule', 'reason', 'contributors', 'losers'] },
);

test('a change is read as it was written, whoever made its edits and whenever', () => {
  const parts = fc.record(
    { system, stamp, edits, resolutions: fc.array(resolution, { maxLength: 2 }), by, note: by, patch: fc.array(line, { maxLength: 3 }) },
    { noNullPrototype: true, requiredKeys: ['system', 'stamp', 'edits', 'resolutions', 'patch'] },
  );
  fc.assert(
    fc.property(parts, (more) => {
      const { by: _by, note: _note, ...bare } = sampleChange(recordId('r'), 1);
      const change: ChangeRow = { ...bare, hash: changeHash('00'), actor: actorOf(more.system), ...more };
      const { record: _record, seq: _seq, hash: _hash, chunk: _chunk, ...wanted } = change;
      expect(readChange(writeChange(change))).toStrictEqual(wanted);
    }),
  );
});

test('a conflict is read as it was written', () => {
  fc.assert(
    fc.property(resolution, (told) => {
      const conflict = sampleConflict(sampleId(1), 4, { resolution: told, closedSeq: 5, closedAtMs: 6 });
      const { id: _id, record: _record, entity: _entity, state: _state, openedAtMs: _openedAtMs, ...wanted } = conflict;
      expect(readConflict(writeConflict(conflict))).toStrictEqual(wanted);
    }),
  );
});

test('a change takes less than two thirds of the room of its plain JSON', () => {
  const { record: _record, seq: _seq, hash: _hash, chunk: _chunk, ...plain } = sampleChange(recordId('r'), 1);
  expect(writeChange(sampleChange(recordId('r'), 1)).length).toBeLessThan(JSON.stringify(plain).length * (2 / 3));
});
