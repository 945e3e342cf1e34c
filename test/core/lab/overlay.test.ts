import { overlayJson, parseConfig, parseOverlay, readOverlay, tellFault, type TableMap } from '@concord/core';
import { expect, test } from 'vitest';

const CONFIG = `systems: { fno: { adapter: memory }, ce: { adapter: memory } }
entities:
  customer:
    fno: { set: customers }
    ce: { set: accounts }
    key: [account]
    fields:
      account: { fno: Account, ce: account, policy: immutable }
      name: { fno: Name, ce: name }
      hold: { fno: Hold, ce: hold, values: { No: 1, All: 2 } }
      street: { fno: Street, ce: street }
      city: { fno: City, ce: city }
    groups:
      address: { fields: [street, city], policy: latest }
`;
const options = { file: 'other.yaml', env: {} };

function base(): readonly TableMap[] {
  const read = parseConfig(CONFIG, { file: 'concord.yaml', env: {} });
  if (read.kind === 'faults') throw new Error(read.faults.map(tellFault).join('\n'));
  return read.config.entities;
}

function policiesIn(text: string): Readonly<Record<string, string>> {
  const read = parseOverlay(text, base(), options);
  if (read.kind === 'faults') throw new Error(read.faults.map(tellFault).join('\n'));
  return Object.fromEntries(
    read.entities.flatMap(({ registers, delete: rule }) => [...registers.map(({ name, policy }) => [name, policy.name]), ['delete', rule]]),
  );
}

test('only what differs: everything else stays as it is configured', () => {
  const text =
    'entities: { customer: { delete: manual, fields: { name: { policy: { prefer: ce } } }, groups: { address: { policy: manual } } } }';
  expect(policiesIn(text)).toEqual({ account: 'immutable', name: 'prefer', hold: 'latest', address: 'manual', delete: 'manual' });
});

test('a whole configuration: all of its policies', () => {
  expect(policiesIn(CONFIG.replace('ce: name }', 'ce: name, policy: manual }'))).toMatchObject({ name: 'manual', hold: 'latest' });
});

test('every fault is told with its line and what to write instead', () => {
  const text = `entities:
  customr: {}
  customer:
    delete: never
    fields:
      nam: { policy: manual }
      name: { polcy: manual, policy: newest }
      street: { policy: manual }
      hold: { policy: { rank: [No, Some] } }
    groups:
      adress: { policy: manual }
`;
  const read = parseOverlay(text, base(), options);
  const faults = read.kind === 'faults' ? read.faults.map(tellFault) : [];
  for (const said of [
    /^other\.yaml:2:3 .*"customr".*Did you mean "customer"/,
    /^other\.yaml:4:13 .*one of a few words/,
    /^other\.yaml:6:7 .*no field "nam".*Did you mean "name"/,
    /^other\.yaml:7:15 .*"polcy".*policy/,
    /^other\.yaml:7:\d+ .*no policy "newest"/,
    /^other\.yaml:8:7 .*decided by the group "address"/,
    /^other\.yaml:9:\d+ .*"Some"/,
    /^other\.yaml:11:7 .*no group "adress".*Did you mean "address"/,
  ]) {
    expect(faults.join('\n')).toMatch(new RegExp(said.source, 'mu'));
  }
});

test('a text that says nothing about policies is a fault, not a replay of nothing', () => {
  for (const text of ['', 'policies: {}', '[]', 'entities: 3']) expect(parseOverlay(text, base(), options).kind).toBe('faults');
});

test('as JSON for a sidecar: it reads the same there', () => {
  const text = 'entities: { customer: { fields: { name: { policy: { prefer: [ce, fno] } } } } }';
  for (const sent of [text, CONFIG.replace('ce: name }', 'ce: name, policy: { prefer: [ce, fno] } }')]) {
    const read = overlayJson(sent, options);
    if (read.kind === 'faults') throw new Error('it is in order');
    const { entities, complaints } = readOverlay(read.json, base());
    expect(complaints).toEqual([]);
    expect(entities[0]?.registers.find(({ name }) => name === 'name')?.policy).toEqual({ name: 'prefer', options: ['ce', 'fno'] });
  }
});
