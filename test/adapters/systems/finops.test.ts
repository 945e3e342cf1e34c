import type { Binding, Cursor, JsonObject, Pull, Sighting, System } from '@concord/core';
import { keyOf } from '@concord/core';
import { afterEach, describe, expect, test } from 'vitest';
import { startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import type { Emulator, FinopsSettings } from '../../../packages/adapters/src/emulators/index.ts';
import { json as answerJson, serve } from '../shared/service.ts';
import { FINOPS_SEED, opened, TREE } from '../../contract/systems-rigs.ts';
import { signIn } from '../../contract/systems-user.ts';

const BINDING: Binding = { entity: TREE, set: 'ABCTrees', columns: ['TreeId', 'One', 'Two', 'OurReference'], where: {}, constants: {} };
const START_MS = Date.parse('2024-05-01T08:00:00Z');

const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

interface Stage {
  readonly emulator: Emulator<FinopsSettings>;
  readonly system: System;
  readonly plant: (columns: JsonObject) => Promise<unknown>;
  readonly edit: (id: string, columns: JsonObject) => Promise<unknown>;
  readonly at: { ms: number };
}

async function stage(binding: Partial<Binding> = {}, raw: JsonObject = {}): Promise<Stage> {
  const at = { ms: START_MS };
  const emulator = await startFinops({ seed: FINOPS_SEED, now: () => at.ms });
  const auth = { token: `${emulator.url}/oauth2/v2.0/token`, client: 'concord', secret: 'concord-secret' };
  const system = await opened('finops', { url: emulator.url, company: 'abct', auth, ...raw }, [{ ...BINDING, ...binding }]);
  cleanups.push(
    () => emulator.close(),
    () => system.close(),
  );
  const ben = await signIn(emulator.url, 'ben');
  return {
    emulator,
    system,
    at,
    plant: (columns) => ben.call('POST', '/data/ABCTrees?cross-company=true', { dataAreaId: 'abct', ...columns }),
    edit: (id, columns) => ben.call('PATCH', `/data/ABCTrees(dataAreaId='abct',TreeId='${id}')?cross-company=true`, columns),
  };
}

const pageOf = (pull: Pull): Extract<Pull, { kind: 'page' }> => {
  if (pull.kind !== 'page') throw new Error(JSON.stringify(pull));
  return pull;
};
const idOf = (sighting: Sighting): string => (sighting.kind === 'row' ? sighting.row.key : sighting.key).replace(/.*TreeId='(.*)'$/, '$1');

/** Pulls to the end of what waits; what each pull told, as `of: ids`. */
async function drain(on: Stage, from: Cursor | undefined): Promise<{ readonly cursor: Cursor; readonly told: readonly string[] }> {
  const told: string[] = [];
  let pull = pageOf(await on.system.changes(TREE, from));
  for (;;) {
    told.push(`${pull.of}: ${pull.sightings.map(idOf).join(' ')}`);
    if (!pull.more) return { cursor: pull.cursor, told };
    pull = pageOf(await on.system.changes(TREE, pull.cursor));
  }
}

describe('rows', () => {
  test('of other companies are neither listed nor made', async () => {
    const on = await stage();
    await on.plant({ TreeId: 'ours' });
    await on.plant({ TreeId: 'theirs', dataAreaId: 'usmf' });
    expect((await drain(on, undefined)).told).toEqual(['listing: ours']);
    expect(await on.system.write({ kind: 'create', entity: TREE, columns: { TreeId: 'new' }, tag: 't' })).toMatchObject({
      key: "dataAreaId='abct',TreeId='new'",
    });
  });

  test.each(["O'Neil & Sons", 'a/b', 'a,b=c', '100%', 'Bäume ?#', '(x)'])('a key with the text %s leads to its row', async (id) => {
    const on = await stage();
    const made = await on.system.write({ kind: 'create', entity: TREE, columns: { TreeId: id }, tag: 't' });
    if (made.kind !== 'written') throw new Error(JSON.stringify(made));
    const { key, version } = made;
    expect(await on.system.read(TREE, key)).toMatchObject({ kind: 'row', row: { columns: { TreeId: id } } });
    expect(await on.system.write({ kind: 'update', entity: TREE, key, expected: version, columns: { One: 'x' }, tag: 't' })).toMatchObject({
      kind: 'written',
    });
  });

  test('that do not match are left out of listings and are missing', async () => {
    const on = await stage({ where: { Two: 'mirrored' } });
    await on.plant({ TreeId: 'a', Two: 'mirrored' });
    await on.plant({ TreeId: 'b', Two: 'not' });
    const first = await drain(on, undefined);
    expect(first.told).toEqual(['listing: a']);
    expect((await drain(on, first.cursor)).told).toEqual(['listing: a']);
    expect(await on.system.read(TREE, keyOf("dataAreaId='abct',TreeId='b'"))).toEqual({ kind: 'missing' });
  });

  test('a star in our id stands for itself, though filters take it for anything', async () => {
    const on = await stage();
    await on.plant({ OurReference: 'abc' });
    const correlation = { column: 'OurReference', value: 'a*c' };
    expect(await on.system.write({ kind: 'create', entity: TREE, columns: { OurReference: 'a*c' }, correlation, tag: 't' })).toMatchObject({
      kind: 'written',
    });
    expect(on.emulator.rows('ABCTrees')).toHaveLength(2);
  });
});

describe('a feed by modification time', () => {
  const MODIFIED = { feed: 'modified' };
  const SLOW_SWEEPS = { sweepEveryMs: 86_400_000, overlapMs: 0, pageRows: 2 };

  test('tells just what changed, in the order of time, and reads on from there', async () => {
    const on = await stage(MODIFIED, SLOW_SWEEPS);
    for (const id of ['a', 'b', 'c', 'd']) {
      on.at.ms += 1000;
      await on.plant({ TreeId: id });
    }
    const listed = await drain(on, (await drain(on, undefined)).cursor);
    const swept = await drain(on, listed.cursor);
    for (const id of ['c', 'a']) {
      on.at.ms += 1000;
      await on.edit(id, { One: 'new' });
    }
    const polled = await drain(on, swept.cursor);
    const ids = polled.told.flatMap((line) => line.replace('delta: ', '').split(' '));
    expect(ids.filter((id) => id !== 'd' && id !== '')).toEqual(expect.arrayContaining(['c', 'a']));
    expect(ids).not.toContain('b');
  });

  test('tells more rows of one instant than a page holds', async () => {
    const on = await stage(MODIFIED, SLOW_SWEEPS);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    for (const id of ids) await on.plant({ TreeId: id });
    const first = await drain(on, undefined);
    on.at.ms += 5000;
    for (const id of ids) await on.edit(id, { One: 'new' });
    const told = new Set<string>();
    let { cursor } = first;
    for (let round = 0; round < 2; round += 1) {
      const next = await drain(on, cursor);
      if (next.told[0]?.startsWith('delta'))
        for (const line of next.told) for (const id of line.replace('delta: ', '').split(' ')) told.add(id);
      ({ cursor } = next);
    }
    expect([...told].filter((id) => id !== '').toSorted()).toEqual(ids);
  });

  test('reaches back for rows whose transaction ended later than it began', async () => {
    const on = await stage(MODIFIED, { sweepEveryMs: 86_400_000, overlapMs: 60_000 });
    await on.plant({ TreeId: 'a' });
    const listed = await drain(on, (await drain(on, undefined)).cursor);
    const swept = await drain(on, listed.cursor);
    on.at.ms -= 30_000;
    await on.plant({ TreeId: 'late' });
    expect((await drain(on, swept.cursor)).told.join(' ')).toContain('late');
  });
});

describe('bad answers', () => {
  test('a value that cannot be kept is marked, and the rest of the row is told', async () => {
    const broken = '{"value":[{"@odata.etag":"W/\\"1\\"","dataAreaId":"abct","TreeId":"a","One":"half \\ud83c","Two":"whole"}]}';
    const service = await serve((asked, response) => {
      if (asked.url.startsWith('/token')) answerJson(response, 200, { access_token: 'x', expires_in: 3600 });
      else response.writeHead(200, { 'content-type': 'application/json' }).end(broken);
    });
    const raw = { url: service.url, company: 'abct', auth: { token: `${service.url}/token`, client: 'c', secret: 's' } };
    const system = await opened('finops', raw, [{ ...BINDING, id: ['dataAreaId', 'TreeId'] }]);
    cleanups.push(
      () => service.close(),
      () => system.close(),
    );
    const [sighting] = pageOf(await system.changes(TREE, undefined)).sightings;
    expect(sighting).toMatchObject({
      kind: 'row',
      row: { columns: { One: { unreadable: expect.stringContaining('surrogate') }, Two: 'whole' } },
    });
    const one = sighting?.kind === 'row' ? sighting.row.columns['One'] : undefined;
    expect(system.dialect.decode({ kind: 'text' }, one ?? null)).toBeUndefined();
  });

  test('an entity that there is not is told by name', async () => {
    const on = await stage({ set: 'ABCBushes' });
    expect(await on.system.changes(TREE, undefined)).toMatchObject({ kind: 'drifted', words: expect.stringContaining('ABCBushes') });
  });

  test('a throttled pull and a throttled write ask for time', async () => {
    const on = await stage();
    on.emulator.faults.add({ path: '/data/', action: { kind: 'throttled', retryAfterSeconds: 4 } });
    expect(await on.system.changes(TREE, undefined)).toEqual({ kind: 'throttled', retryAfterMs: 4000 });
    expect(await on.system.write({ kind: 'create', entity: TREE, columns: {}, tag: 't' })).toEqual({
      kind: 'throttled',
      retryAfterMs: 4000,
    });
  });

  test('a token that was revoked is renewed without a word', async () => {
    const on = await stage();
    await drain(on, undefined);
    on.emulator.revokeTokens();
    expect((await drain(on, undefined)).told).toEqual(['listing: ']);
  });
});
