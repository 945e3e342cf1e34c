import { describe, expect, it } from 'vitest';
import { compileTable, parseConfig, policies, readOverlay } from '@concord/core';

const SYSTEMS = 'systems:\n  a: { adapter: memory }\n  b: { adapter: memory }\n';
const ITEM = 'item:\n    a: { set: items, id: [id] }\n    b: { set: items, id: [id] }\n    fields:\n      code: { a: code, b: code }\n';
const KEYED = `${SYSTEMS}entities:\n  ${ITEM}    key: [code]\n`;

/** Texts as long as they may be, in which what is looked at for each name grows with the number of names. */
const LARGE: Readonly<Record<string, string>> = {
  'entities without anything': `${SYSTEMS}entities:\n${lines(40_000, (index) => `  e${index}: {}`)}`,
  'entities with names that cannot be': `${SYSTEMS}entities:\n${lines(20_000, (index) => `  e-${index}: {}`)}`,
  'names that are not known': lines(20_000, (index) => `name${index}: 1`),
  'one name, again and again': lines(30_000, () => 'name: 1'),
  'variables that are not set': `${SYSTEMS}entities:\n${lines(20_000, (index) => `  e${index}: "\${V${index}}"`)}`,
  systems: `systems:\n${lines(20_000, (index) => `  s${index}: { adapter: memory }`)}`,
  'policies of the user': `policies:\n${lines(20_000, (index) => `  p${index}: { module: x.js }`)}`,
  'fields of an entity': `${KEYED}    fields:\n${lines(20_000, (index) => `      f${index}: { a: f, x: f }`)}`,
  'groups of fields that are not there': `${KEYED}    groups:\n${lines(20_000, (index) => `      g${index}: { fields: [x${index}] }`)}`,
  'a key of fields that are not there': `${SYSTEMS}entities:\n  ${ITEM}    key: [${lines(60_000, (index) => `k${index},`)}]`,
  'systems that a policy names': `${KEYED}    delete: { owner: a }\n    filter: code != ''\n    groups: {}\n`.replace(
    'code: { a: code, b: code }',
    `code: { a: code, b: code }\n      text: { a: text, b: text, policy: { prefer: [${lines(60_000, (index) => `k${index},`)}] } }`,
  ),
  'fields that are computed one from another': KEYED.replace(
    'code: { a: code, b: code }',
    `code: { a: code, b: code }\n${lines(1_000, (index) => `      f${index}: { a: f${index}, b: f${index}, derived: "${index === 0 ? 'code' : `f${index - 1}`} + 'x'" }`)}`,
  ),
};

describe('a configuration that is as long as it may be', () => {
  it.each(Object.entries(LARGE))('is answered, with %s', (_name, text) => {
    const parsed = parseConfig(text.slice(0, 1_000_000), { file: 'large.yaml', env: {} });
    const told = parsed.kind === 'faults' ? parsed.faults.length : 0;
    expect(told).toBeLessThanOrEqual(101);
  });

  it('is answered as policies for the laboratory, whatever names they bring', () => {
    const parsed = parseConfig(
      KEYED.replace('code: { a: code, b: code }', 'code: { a: code, b: code }\n      text: { a: text, b: text }'),
      {
        file: 'item.yaml',
        env: {},
      },
    );
    if (parsed.kind === 'faults') throw new Error(JSON.stringify(parsed.faults));
    const { entities } = parsed.config;
    expect(entities.map((map) => compileTable(map, policies).map.entity)).toEqual(['item']);
    const names = Array.from({ length: 30_000 }, (_, index) => `name${index}`);
    const prefers = { entities: { item: { fields: { text: { policy: { prefer: names } } } } } };
    const strangers = { entities: { item: { fields: Object.fromEntries(names.map((name) => [name, { policy: 'manual' }])) } } };
    for (const raw of [prefers, strangers])
      expect(readOverlay(raw, { entities, kinds: policies }).complaints.length).toBeGreaterThanOrEqual(names.length);
  });
});

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}
