import { parseConfig, tellFault } from '@concord/core';
import { expect, test } from 'vitest';
import { ENV, SAMPLE } from './sample.ts';

/** What is written as the policy of `name`, where in the line the one fault must be, and what it and its suggestion must say. */
const broken: readonly (readonly [words: string, at: string, text: string, suggestion: string])[] = [
  ['{ latest: { within: 5 sec, then: manual } }', '5 sec', 'Expected a length of time', ''],
  ['{ latest: 5s }', '5s', 'Expected a block of settings', ''],
  ['{ latest: { within: 5s, then: lates } }', 'lates }', 'There is no policy "lates".', 'Did you mean "latest"?'],
  ['{ latest: { within: 5s, then: { prefer: cee } } }', 'cee', 'The policy names "cee"', 'Did you mean "ce"?'],
  ['{ not-empty: { then: { owner: [fno] } } }', '[fno]', 'Expected a text; found ["fno"].', ''],
  ['{ not-empty: { then: { prefer: ce, latest: 1 } } }', '{ prefer', 'A policy is one name', 'Write latest'],
  ['{ not-empty: { then: local } }', 'local', 'weighs more than the edits', 'such as latest'],
  ['{ trust: { systems: { fnoo: 20 } } }', 'fnoo', 'The policy names "fnoo"', 'Did you mean "fno"?'],
  ['{ trust: { systems: { fno: 200 } } }', '200', 'Expected 100 at the most', ''],
  ['{ when: [{ if: "creditLimt > 5", then: latest }] }', '"creditLimt', 'There is no field "creditLimt"', 'Did you mean "creditLimit"?'],
  ['{ when: [{ if: "onHold", then: latest }] }', '"onHold"', 'This condition is not understood', ''],
  ['{ when: [{ else: latest }, { if: "isEmpty(city)", then: first }] }', '{ else', 'never asked', 'Put "else" last.'],
  ['{ freeze: { then: manual } }', 'freeze', '"when" is missing.', 'Add "when: …".'],
  ['{ during: { weekdays: [Monday], then: latest } }', 'Monday', 'Expected one of a few words', 'Mon'],
  ['{ during: { then: latest } }', '{ then', 'names no time', 'Give months'],
  ['{ lattice: [[a, b], [b, a]] }', '[[a', 'goes in a circle', 'Leave one'],
  ['{ lattice: [[a, c], [b, c], [a, d], [b, d]] }', '[[a', 'c and d are both just above them', 'PL03'],
  ['{ normalise: { trm: true } }', 'trm', '"trm" is not known here.', 'Did you mean "trim"?'],
  ['{ text: { unit: word, fallback: latest } }', 'word,', 'Expected one of a few words', 'words'],
  ['{ chain: [text, { by-direction: { ce: lates } }] }', 'lates', 'There is no policy "lates".', 'Did you mean "latest"?'],
  ['most-complete', 'most-complete', 'cannot decide a field of type text', 'It is for groups.'],
  ['{ opaque: { then: text } }', 'text', 'makes up values', 'such as latest'],
  ['{ threshold: { percent: 20 } }', '{ threshold', 'cannot decide a field of type text', 'It is for integer, decimal.'],
];

test.each(broken)('%s is told where it stands, and nothing besides', (words, at, text, suggestion) => {
  const whole = SAMPLE.replace('ce: name }', () => `ce: name, policy: ${words} }`);
  const answer = parseConfig(whole, { file: 'concord.yaml', env: ENV });
  const faults = answer.kind === 'faults' ? answer.faults : [];
  expect(faults.map(tellFault)).toHaveLength(1);
  const line = whole.split('\n')[12] ?? '';
  expect(faults[0]).toMatchObject({ line: 13, column: line.indexOf(at, line.indexOf('policy: ') + 8) + 1 });
  expect(faults.map(tellFault).join()).toMatch(new RegExp(escaped(text), 'iu'));
  expect(faults.map(tellFault).join()).toContain(suggestion);
});

function escaped(text: string): string {
  return text.replaceAll(/[[\](){}.*+?^$|\\]/gu, String.raw`\$&`);
}

test('a JSON path that is none is told by its name', () => {
  const text = SAMPLE.replace('ce: name }', () => 'ce: name, type: json, policy: { json: { paths: { price: latest } } } }');
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({ kind: 'faults', faults: [{ line: 13, text: expect.stringContaining('JSON pointer, such as /price') }] });
});

test('a sum that would be added to itself is refused', () => {
  const text = SAMPLE.replace('type: decimal(2), policy: { owner: fno }', 'type: decimal(2), policy: sum');
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({ kind: 'faults', faults: [{ line: 14, text: expect.stringContaining('added again') }, {}] });
});

test('a majority of two is allowed, with a warning', () => {
  const text = SAMPLE.replace('ce: name }', 'ce: name, policy: majority }');
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({ kind: 'ok', warnings: [{ line: 13, text: expect.stringContaining('no majority') }] });
});

test('policies whose conditions read each other are refused, with the way around', () => {
  const text = SAMPLE.replace('ce: name }', `ce: name, policy: { freeze: { when: 'creditLimit > dec("5.00")' } } }`).replace(
    'policy: { owner: fno }',
    `policy: { when: [{ if: 'name == "Acme"', then: { owner: fno } }] }`,
  );
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({
    kind: 'faults',
    faults: [{ line: 13, text: 'The conditions of these policies read each other: name → creditLimit → name.' }],
  });
});

test('through a group too: whoever reads one of its fields waits for the whole', () => {
  const text = SAMPLE.replace('ce: name }', `ce: name, policy: { freeze: { when: 'city == "York"' } } }`).replace(
    '[street, city], policy: latest',
    `[street, city], policy: { freeze: { when: 'name == "Acme"' } }`,
  );
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({ kind: 'faults', faults: [{ text: expect.stringContaining('name → address → name') }] });
});

test('a field may be read by its own condition: it stands for what the authors had seen', () => {
  const text = SAMPLE.replace('ce: name }', `ce: name, policy: { freeze: { when: 'name == "Acme" || onHold == "All"' } } }`);
  const answer = parseConfig(text, { file: 'concord.yaml', env: ENV });
  expect(answer).toMatchObject({ kind: 'ok' });
});
