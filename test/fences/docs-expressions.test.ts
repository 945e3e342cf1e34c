import { quickjsSandbox } from '@concord/adapters';
import { compileExpression, customPolicy, parseConfig, tellFault, type FieldTypes } from '@concord/core';
import { afterAll, describe, expect, test } from 'vitest';
import { MODES } from '../../packages/core/src/expression/amount.ts';
import { FUNCTIONS, METHODS } from '../../packages/core/src/expression/functions.ts';
import { MACRO_NAMES } from '../../packages/core/src/expression/lists.ts';
import { repositoryFiles } from './sources.ts';

const files = repositoryFiles();
const page = (path: string): string => files.find((file) => file.path === path)?.text ?? '';
const manual = page('docs/configuration.md');
const sandbox = quickjsSandbox();
afterAll(() => sandbox.close());

test.each([...Object.keys(FUNCTIONS), ...Object.keys(METHODS), ...MACRO_NAMES])('the page tells of the function %s', (name) => {
  expect(manual).toMatch(new RegExp(`\`[^\`]*\\b${name}\\(`, 'u'));
});

test.each(Object.keys(MODES))('the page tells of rounding %s', (mode) => {
  expect(manual).toContain(mode);
});

const fields: FieldTypes = {
  status: { kind: 'choice' },
  total: { kind: 'decimal', scale: 2 },
  ordered: { kind: 'date' },
  open: { kind: 'yesno' },
  blocked: { kind: 'yesno' },
  seasons: { kind: 'choices' },
  note: { kind: 'text' },
};

test('the conditions that the page shows compile', () => {
  const shown = [...manual.matchAll(/`([^`\n]*(?:==|>=|!=|&&| in )[^`\n]*)`/gu)].map(([, words = '']) => words);
  const conditions = shown.filter((words) => /^[\w'(]/u.test(words) && !/[…]|^[a-z]+ [a-z]+$|\+ - /u.test(words) && words.length > 5);
  expect(conditions.length).toBeGreaterThan(6);
  for (const words of conditions) expect(`${words}: ${tell(words)}`).toBe(`${words}: in order`);
});

function tell(words: string): string {
  const compiled = compileExpression(words, fields, { kind: 'yesno' });
  return compiled.kind === 'wrong' ? compiled.words : 'in order';
}

test('the transforms that the page shows are in order', () => {
  const block = /### transforms[\s\S]*?```yaml\n([\s\S]*?)```/u.exec(manual)?.[1] ?? '';
  const yaml = `systems: { fno: { adapter: memory }, ce: { adapter: memory } }\nentities:\n  customer:\n    fno: { set: a }\n    ce: { set: b }\n    fields:\n${block}`;
  const parsed = parseConfig(yaml, { file: 'page', env: {} });
  expect(block).toContain('from:');
  expect(parsed.kind === 'faults' ? parsed.faults.map(tellFault) : []).toEqual([]);
});

const modules = [...page('docs/custom-policies.md').matchAll(/```js\n([\s\S]*?)```/gu)].map(([, source = '']) => source);

describe('a module that the page shows', () => {
  test('is one of three', () => {
    expect(modules.length).toBe(3);
  });

  test.each(modules)('breaks no law: %s', (source) => {
    const type = source.includes('BigInt') ? ({ kind: 'decimal', scale: 2 } as const) : ({ kind: 'text' } as const);
    const breach = customPolicy('shown', source, sandbox).findBreach(undefined, { type, own: ['shown'], systems: ['fno', 'ce'] });
    expect(breach).toBeUndefined();
  });
});
