import { applyStep, decodeRecord, encodeRecord, encodeStep, must, registersIn, type RecordState, type Value } from '@concord/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { histories, play } from '../kit/histories.ts';
import { MIXED, mixedValues } from '../kit/mixed.ts';
import { CE, FNO, POS, tableOf } from '../kit/tables.ts';
import { worldOf } from '../kit/world.ts';

const SYSTEMS = [FNO, CE, POS];
const table = tableOf(MIXED, { systems: SYSTEMS });
const words = fc.oneof(fc.constantFrom<Value>('red', 'blue', null, 'quote " and \\ back', 'line\nbreak', 'ü😀', '[1,2]', ''), fc.string());
const fields = mixedValues(words, 2_000_000_000);

/** The states that a record went through, one plan at a time. */
function states(steps: Parameters<typeof play>[1]): readonly RecordState[] {
  const world = worldOf(table);
  play(world, steps);
  return world.plans.map(({ record }) => record);
}

/** With every register whole, so that it does not matter which are stored in short. */
function whole(record: RecordState): unknown {
  return { ...record, registers: registersIn(record) };
}

test('a record is read as it was written, after whatever happened to it', () => {
  fc.assert(
    fc.property(histories(SYSTEMS, fields), (steps) => {
      for (const state of states(steps)) {
        const read = decodeRecord(encodeRecord(state));
        expect(whole(read)).toEqual(whole(state));
        expect(encodeRecord(read)).toBe(encodeRecord(state));
      }
    }),
    { numRuns: 60 },
  );
});

test('steps lead from any state to any later one, over as many plans as there were between', () => {
  fc.assert(
    fc.property(histories(SYSTEMS, fields), fc.nat(), fc.nat(), (steps, a, b) => {
      const all = states(steps);
      if (all.length < 2) return;
      const from = a % (all.length - 1);
      const to = from + 1 + (b % (all.length - 1 - from));
      const [before, after] = [must(all[from], 'a state'), must(all[to], 'a later state')];
      expect(whole(applyStep(decodeRecord(encodeRecord(before)), encodeStep(before, after)))).toEqual(whole(after));
    }),
    { numRuns: 200 },
  );
});

test('what is no record, and what is no step of this one, is refused', () => {
  const state = must(
    states([
      { kind: 'edit', system: FNO, changes: { account: 'a', name: 'red' } },
      { kind: 'pull', system: FNO },
    ]).at(-1),
    'made',
  );
  for (const text of [
    '',
    '{}',
    '[]',
    'null',
    '{"id":1}',
    encodeRecord(state).slice(0, -2),
    encodeRecord(state).replace('"registers":{', '"registers":{"x":[1,2,3],'),
  ])
    expect(() => decodeRecord(text)).toThrow(/./u);
  expect(() => applyStep(state, encodeRecord(state))).toThrow(/does not belong/u);
});

test('what was written before hashes and operations were told by their places is read as it was', () => {
  const [first, second] = [
    '8810074497ceb05c1132fdedb749314cf97880e52ddeb2ed00c9d33c857a9bef',
    'c061313164848019ed7ab0c079f8800a5d99bffff5381677a2ed474b3bfb209f',
  ];
  const [fno, ce] = ['73797374656d3a666e6f', '73797374656d3a6365'];
  const before = decodeRecord(
    `{"id":"r","revision":2,"registers":{"$life":["live",1,"1.0",0,"fno",5,0],"a":["x",1,"2.0",0,"fno",5,0]},"links":{` +
      `"fno":["present",1,1,"${first}",1,"7",1,"v1",0,0,0,0],"ce":["present",0,1,"${first}",1,"7",1,"v1",0,0,0,0]},` +
      `"entity":"customer","identity":"c","seq":1,"heads":["${first}"],"maxOp":2,"actors":{"${fno}":{"seq":1,"hash":"${first}"}}}`,
  );
  const after = applyStep(
    before,
    `{"id":"r","revision":3,"registers":{"a":["y",2,1,"3@${ce}",1,"3@${ce}","ce","y",1,2,9,0,0,1,"x",0,2,1,"x",2,"y",2,"fno","x",1,1,"2@${fno}",0,` +
      `"ce","y",2,1,"3@${ce}",0,0,0,0]},"links":{"fno":["present",1,1,"${first}",1,"7",1,"v1",1,"r.fno.3","update",2,1,"${second}",1,"a","y",2,1,` +
      `"3@${ce}",1,"v1",0,0,0],"ce":["present",2,1,"${second}",1,"7",1,"v2",0,0,0,0]},"entity":"customer","identity":"c","seq":2,` +
      `"heads":["${second}"],"maxOp":3,"actors":{"${ce}":{"seq":1,"hash":"${second}"}}}`,
  );
  expect(after.heads).toEqual([second]);
  expect(after.actors).toEqual({ [fno]: { seq: 1, hash: first }, [ce]: { seq: 1, hash: second } });
  expect(after.links['fno']).toMatchObject({
    heads: [first],
    planned: { id: 'r.fno.3', heads: [second], registers: { a: { value: 'y', saw: 2 } } },
  });
  expect(registersIn(after)['a']).toMatchObject({
    value: 'y',
    ops: [`3@${ce}`],
    shadows: { fno: { value: 'x', ops: [`2@${fno}`], saw: 1 } },
  });
  for (const state of [before, after]) expect(whole(decodeRecord(encodeRecord(state)))).toEqual(whole(state));
});
