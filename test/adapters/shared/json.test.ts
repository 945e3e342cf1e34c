import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { faultIn, isObject } from '../../../packages/adapters/src/shared/json/look.ts';
import { parseJson } from '../../../packages/adapters/src/shared/json/parse.ts';
import { DEPTH_MAX, scanJson } from '../../../packages/adapters/src/shared/json/scan.ts';
import { columnsOf } from '../../../packages/adapters/src/shared/odata/told.ts';

describe('answers are parsed without believing them', () => {
  test('whatever JSON says, parsing gives it back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json({ maxDepth: 8 }), async (text) => {
        const parsed = await parseJson(text);
        expect(parsed).toEqual({ kind: 'json', json: JSON.parse(text) });
      }),
    );
  });

  test('any text at all is parsed or refused in words, never thrown', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: fc.constantFrom('[', ']', '{', '}', '"', '\\', '1', 'e', '.', '-', ',', ':', 'a') }),
        async (text) => {
          expect(['json', 'bad']).toContain((await parseJson(text)).kind);
        },
      ),
    );
  });

  test.each([
    ['9007199254740993', '9007199254740993'],
    ['12345678901.1234567891', '12345678901.1234567891'],
    ['1e400', '1e400'],
    ['0.1', 0.1],
    ['1.10', 1.1],
    ['1e3', 1000],
    ['123456789012345', 123456789012345],
    ['-0.30000000000000004', -0.30000000000000004],
    ['"12345678901234567890"', '12345678901234567890'],
  ])('the number %s keeps its value', async (text, value) => {
    expect(await parseJson(`{"a":${text}}`)).toEqual({ kind: 'json', json: { a: value } });
  });

  test('digits that a double would change come as text with the same digits', async () => {
    await fc.assert(
      fc.asyncProperty(fc.bigInt({ min: 2n ** 53n, max: 2n ** 120n }), async (number) => {
        const parsed = await parseJson(`[${number}]`);
        const json = parsed.kind === 'json' && Array.isArray(parsed.json) ? parsed.json[0] : undefined;
        expect(typeof json === 'number' ? BigInt(json) : json).toEqual(typeof json === 'number' ? number : String(number));
      }),
    );
  });

  test('nesting beyond the limit is refused, however deep, and brackets in text do not count', async () => {
    expect((await parseJson('['.repeat(DEPTH_MAX) + ']'.repeat(DEPTH_MAX))).kind).toBe('json');
    expect(await parseJson('['.repeat(200_000))).toMatchObject({ kind: 'bad', words: expect.stringContaining(`deeper than ${DEPTH_MAX}`) });
    expect(scanJson(`{"a":"${'['.repeat(100)}\\"["}`).depth).toBe(1);
  });

  test('a key named __proto__ changes no object, and its column says that it cannot be read', async () => {
    for (const text of ['{"a":{"__proto__":{"x":1}},"b":2}', '{"a":{"\\u005f_proto__":{"x":1}},"b":2,"n":12345678901234567890}']) {
      const parsed = await parseJson(text);
      const row = parsed.kind === 'json' && isObject(parsed.json) ? parsed.json : {};
      expect(columnsOf(row, ['a', 'b'])).toEqual({ a: { unreadable: expect.stringContaining('__proto__') }, b: 2 });
    }
    expect(Object.hasOwn(Object.prototype, 'x')).toBe(false);
  });

  test('half a character is found wherever it is', () => {
    expect(faultIn({ a: ['fine 🌲', { b: '\ud83c' }] })).toContain('a[1].b');
    expect(faultIn({ a: 'fine 🌲', constructor: 'fine', toString: 1 })).toBeUndefined();
  });
});
