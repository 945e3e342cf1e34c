import { quickjsSandbox } from '@concord/adapters';
import type { Json, Ran } from '@concord/core';
import { afterAll, expect, test } from 'vitest';

const sandbox = quickjsSandbox();
afterAll(() => sandbox.close());

function run(body: string, input: Json = null, before = ''): Ran | undefined {
  return sandbox.run(`${before}\nexport default function decide(view) { ${body} }`, [input])[0];
}

test('a module is called with each input, and its answers come back as JSON', () => {
  const source = 'export default (view) => ({ twice: view.n * 2, "__proto__": 1, text: "Ä👩‍🔧" });';
  expect(sandbox.run(source, [{ n: 1 }, { n: 2.5 }])).toEqual([
    { kind: 'answer', json: { twice: 2, text: 'Ä👩‍🔧' } },
    { kind: 'answer', json: { twice: 5, text: 'Ä👩‍🔧' } },
  ]);
});

test('whatever it throws, or fails to give, comes back in words', () => {
  expect(run('throw new TypeError("no")')).toEqual({ kind: 'failed', words: 'threw TypeError: no' });
  expect(run('throw "bare"')).toMatchObject({ kind: 'failed', words: expect.stringContaining('bare') });
  expect(run('return view.a.b', {})).toMatchObject({ kind: 'failed', words: expect.stringContaining('TypeError') });
  expect(run('')).toMatchObject({ kind: 'failed', words: 'answers with nothing' });
  expect(run('const a = {}; a.a = a; return a')).toMatchObject({ kind: 'failed', words: expect.stringContaining('circular') });
  expect(sandbox.run('export default 7;', [null])[0]).toMatchObject({
    kind: 'failed',
    words: expect.stringContaining('export default function'),
  });
  expect(sandbox.run('export const a = 1;', [null])[0]).toMatchObject({
    kind: 'failed',
    words: expect.stringContaining('export default function'),
  });
  expect(sandbox.run('export default function (', [null])[0]).toMatchObject({
    kind: 'failed',
    words: expect.stringContaining('SyntaxError'),
  });
  expect(sandbox.run('throw new Error("at once"); export default () => 1;', [null])[0]).toMatchObject({
    kind: 'failed',
    words: expect.stringContaining('at once'),
  });
  expect(sandbox.run('import fs from "fs"; export default () => 1;', [null])[0]).toMatchObject({ kind: 'failed' });
});

test('there is no clock, no chance, no way out', () => {
  const names = [
    'Date',
    'Proxy',
    'process',
    'require',
    'fetch',
    'setTimeout',
    'console',
    'performance',
    'Uint8Array',
    'SharedArrayBuffer',
    'WebAssembly',
    'std',
    'os',
    'Promise',
  ];
  expect(run(`return [${names.map((name) => `typeof ${name}`).join(', ')}, typeof Math.random]`)).toEqual({
    kind: 'answer',
    json: [...names, 'Math.random'].map(() => 'undefined'),
  });
  expect(run('return typeof view.constructor.constructor("return this")().process', {})).toEqual({ kind: 'answer', json: 'undefined' });
});

test('nothing is kept from one call to the next, not by a variable, not by what every realm has', () => {
  const source = `let n = 0;
    export default () => { n += 1; Array.prototype.mark = (Array.prototype.mark ?? 0) + 1; globalThis.seen = (globalThis.seen ?? 0) + 1; JSON.stringify = () => 'no'; JSON.parse = () => 'no'; return [n, [].mark, seen]; };`;
  const once = { kind: 'answer', json: [1, 1, 1] };
  expect(sandbox.run(source, [null, null, null])).toEqual([once, once, once]);
});

/** Each would run for ever, or fill the memory, or search for longer than anybody lives. */
const bombs: readonly (readonly [string, string])[] = [
  ['fuel', 'for (;;) {}'],
  ['fuel', 'for (;;) { try { for (;;) {} } catch {} }'],
  ['fuel', 'const f = () => { for (;;) {} }; return { toJSON: f }'],
  ['fuel', 'return /^(a+)+$/.test("a".repeat(60) + "b")'],
  ['fuel', 'function* g() { for (;;) yield 1; } return [...g()].length < Math.max(...g())'],
  ['memory', 'const a = []; for (;;) a.push("abc".repeat(1000))'],
  ['memory', 'return "x".repeat(2 ** 29)'],
  ['memory', 'let a = [1]; for (;;) a = [...a, ...a]'],
  ['stack', 'const f = () => f() + 1; return f()'],
  ['stack', `return ${'['.repeat(50)}${']'.repeat(50)}.concat((function f(n) { return [f(n + 1)] })(0))`],
];

test.each(bombs)('what uses up its %s is stopped, and the next call works: %s', (of, body) => {
  const started = performance.now();
  const ran = run(body);
  expect(ran).toEqual({ kind: 'exhausted', of });
  expect(performance.now() - started).toBeLessThan(8000);
  expect(run('return view', 7)).toEqual({ kind: 'answer', json: 7 });
});

test('a call that uses up its fuel is stopped at the same step every time', () => {
  const source = 'export default function (view) { for (let n = 0; n < view; n += 1); return view; }';
  const [small, large] = sandbox.run(source, [10_000, 100_000_000]);
  expect([small, large]).toEqual([
    { kind: 'answer', json: 10_000 },
    { kind: 'exhausted', of: 'fuel' },
  ]);
  let [works, fails] = [10_000, 100_000_000];
  while (fails - works > 10_000) {
    const middle = Math.floor((works + fails) / 2);
    if (sandbox.run(source, [middle])[0]?.kind === 'answer') works = middle;
    else fails = middle;
  }
  const again = sandbox.run(source, [works, fails, works, fails]).map(({ kind }) => kind);
  expect(again).toEqual(['answer', 'exhausted', 'answer', 'exhausted']);
});

test('work inside the interpreter that counts no steps is ended with its thread, and the next call works', () => {
  const started = performance.now();
  expect(run('return Array(4294967295).indexOf(1)')).toEqual({ kind: 'exhausted', of: 'time' });
  expect(performance.now() - started).toBeLessThan(20_000);
  expect(run('return view', 7)).toEqual({ kind: 'answer', json: 7 });
});
