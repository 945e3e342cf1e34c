import { overlayJson, parseConfig, parseOverlay, policyKinds, readOverlay, tellFault, type Configured, type Sandbox } from '@concord/core';
import { expect, test } from 'vitest';

/** Runs a module that leaves everything to a person. */
const sandbox: Sandbox = {
  run: (_source, inputs) => inputs.map(() => ({ kind: 'answer', json: { hold: 'mine' } })),
  close: async () => undefined,
};
const modules = { sandbox, read: () => 'export default …' };

const CONFIG = `systems: { fno: { adapter: memory }, ce: { adapter: memory } }
policies: { mine: { module: mine.mjs } }
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
const options = { file: 'other.yaml', env: {}, modules };

function base(): Configured {
  const read = parseConfig(CONFIG, { file: 'concord.yaml', env: {}, modules });
  if (read.kind === 'faults') throw new Error(read.faults.map(tellFault).join('\n'));
  return { entities: read.config.entities, kinds: policyKinds(read.config.policies, sandbox) };
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

test("policies within policies, conditions and policies of one's own are checked as in a configuration, and told where they stand", () => {
  const text = `entities:
  customer:
    fields:
      name:
        policy:
          when:
            - { if: hold == "All", then: { prefer: [ce, sap] } }
            - { if: hld == "All", then: manul }
      hold: { policy: { chain: [mine, main] } }
    groups:
      address: { policy: { freeze: { when: hold == "All", then: counter } } }
`;
  const read = parseOverlay(text, base(), options);
  const faults = read.kind === 'faults' ? read.faults.map(tellFault) : [];
  const said = [
    /^other\.yaml:7:\d+ .*names "sap", which does not have this field.*Known here: fno, ce/,
    /^other\.yaml:8:\d+ .*condition is not understood: .*hld/,
    /^other\.yaml:8:\d+ .*no policy "manul".*Did you mean "manual"/,
    /^other\.yaml:9:\d+ .*no policy "main".*Did you mean "m(?:ine|ax|in)"/,
    /^other\.yaml:11:\d+ .*"counter" cannot decide a group/,
  ];
  for (const line of said) expect(faults.join('\n')).toMatch(new RegExp(line.source, 'mu'));
  expect(faults).toHaveLength(said.length);
});

test('conditions that come to read each other only together with what is configured are refused', () => {
  const configured = CONFIG.replace('ce: name }', 'ce: name, policy: { freeze: { when: hold == "All" } } }');
  const whole = parseConfig(configured, { file: 'concord.yaml', env: {}, modules });
  if (whole.kind === 'faults') throw new Error(whole.faults.map(tellFault).join('\n'));
  const text = 'entities: { customer: { fields: { hold: { policy: { freeze: { when: name == "x" } } } } } }';
  const read = parseOverlay(text, { entities: whole.config.entities, kinds: base().kinds }, options);
  expect(read.kind === 'faults' && read.faults.map(tellFault)).toEqual([expect.stringMatching(/read each other: hold → name → hold/u)]);
});

test('what only looks wrong is told beside the policies', () => {
  const read = parseOverlay('entities: { customer: { fields: { name: { policy: majority } } } }', base(), options);
  expect(read.kind === 'ok' && read.warnings.map(tellFault)).toEqual([expect.stringMatching(/^other\.yaml:1:\d+ .*no majority/u)]);
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
