import { inspect } from 'node:util';
import { systemId } from '@concord/core';
import { describe, expect, test } from 'vitest';
import { openSystem, systems } from '../../../packages/adapters/src/registry.ts';
import { TREE } from '../../contract/systems-rigs.ts';

const context = { id: systemId('fno'), bindings: [] };
const auth = { token: 'http://127.0.0.1:1/token', client: 'c', secret: 'open-sesame-7431' };
const finops = { url: 'http://127.0.0.1:1', company: 'abct', auth };

describe('the registry', () => {
  test('opens every adapter from its block of the configuration', async () => {
    const blocks: Readonly<Record<string, object>> = { dataverse: { url: finops.url, auth }, finops, memory: {} };
    for (const name of Object.keys(systems)) {
      const opened = await openSystem(name, blocks[name], context);
      expect(opened).toMatchObject({ kind: 'system', system: { id: 'fno' } });
      if (opened.kind === 'system') await opened.system.close();
    }
  });

  test('an adapter that there is not is a fault that lists those that there are', async () => {
    for (const name of ['finopps', 'toString', '__proto__']) {
      expect(await openSystem(name, {}, context)).toMatchObject({
        kind: 'faults',
        faults: [{ path: ['adapter'], text: expect.stringContaining('dataverse, finops, memory') }],
      });
    }
  });

  test.each<readonly [string, unknown, string, string]>([
    ['no address', { ...finops, url: undefined }, 'url', 'address of the environment'],
    ['an address that is none', { ...finops, url: 'org.example' }, 'url', 'address of the environment'],
    ['no company', { ...finops, company: undefined }, 'company', 'legal entity'],
    ['a company that is none', { ...finops, company: 'not a company' }, 'company', 'legal entity'],
    ['half of the credentials', { ...finops, auth: { client: 'c', secret: 'open-sesame-7431' } }, 'auth', 'plain token endpoint'],
    ['a word that it does not know', { ...finops, pageRow: 5 }, 'pageRow', 'Did you mean "pageRows"?'],
    ['too large a page', { ...finops, pageRows: 20_000 }, 'pageRows', '10000'],
  ])('%s is a fault at its place, in words, without the secret', async (_name, raw, place, words) => {
    const opened = await openSystem('finops', raw, context);
    expect(opened.kind === 'faults' && opened.faults.map((fault) => fault.path.join('.'))).toContain(place);
    expect(opened).toMatchObject({ faults: expect.arrayContaining([expect.objectContaining({ text: expect.stringContaining(words) })]) });
    expect(inspect(opened, { depth: 20 })).not.toContain('open-sesame-7431');
  });

  test('all faults are told at once, those of bindings too', async () => {
    const bindings = [{ entity: TREE, set: 'ABCTrees', columns: [], where: {}, constants: {}, feed: 'guess' }];
    const opened = await openSystem('finops', { ...finops, url: 'x', company: '?' }, { ...context, bindings });
    expect(opened.kind === 'faults' && opened.faults.length).toBe(3);
  });

  test('no secret shows in an opened system', async () => {
    const opened = await openSystem('finops', finops, context);
    expect(inspect(opened, { depth: 20, showHidden: true })).not.toContain('open-sesame-7431');
    if (opened.kind === 'system') await opened.system.close();
  });
});
