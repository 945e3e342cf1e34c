import type { JsonObject } from '@concord/core';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator } from '../../../packages/adapters/src/emulators/index.ts';
import { CE, idOf, readAll, signIn, textAt, wordsIn } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_CE } from './little-org.ts';

const ACCOUNTS = `${CE}/accounts`;
const TRACK = { prefer: 'odata.track-changes' };
const DAY_MS = 86_400_000;

let emulator: Emulator<DataverseSettings>;
let concord: Caller;

beforeEach(async () => {
  emulator = await startDataverse({ seed: LITTLE_CE });
  concord = await signIn(emulator);
});
afterEach(() => emulator.close());

const make = async (name: string): Promise<string> => idOf(await concord.call('POST', ACCOUNTS, { name }));
const deltaLink = async (): Promise<string> => (await readAll(concord, `${ACCOUNTS}?$select=name`, TRACK)).deltaLink;

test('a tracked listing ends in a delta link of the documented form', async () => {
  await make('one');
  const told = await concord.get(`${ACCOUNTS}?$select=name`, TRACK);
  expect(told.headers.get('preference-applied')).toBe('odata.track-changes');
  expect(textAt(told.json, '@odata.deltaLink')).toMatch(
    /\/accounts\?\$select=name&\$deltatoken=\d+%21\d\d%2f\d\d%2f\d{4}%20\d\d%3a\d\d%3a\d\d$/,
  );
});

test('a delta tells changed rows in the order of their versions, then deletions', async () => {
  const [a, b, c] = [await make('a'), await make('b'), await make('c')];
  const link = await deltaLink();
  await concord.call('DELETE', `${ACCOUNTS}(${b})`);
  await concord.call('PATCH', `${ACCOUNTS}(${c})`, { name: 'c2' });
  const d = await make('d');
  await concord.call('PATCH', `${ACCOUNTS}(${a})`, { name: 'a2' });
  const told = await concord.get(link);
  expect(told.rows.map((row) => row['name'] ?? row['reason'])).toEqual(['c2', 'd', 'a2', 'deleted']);
  expect(told.rows.map((row) => row['accountid'] ?? row['id'])).toEqual([c, d, a, b]);
  expect(told.rows[3]).toEqual({
    '@odata.context': expect.stringMatching(/\$metadata#accounts\/\$deletedEntity$/),
    id: b,
    reason: 'deleted',
  });
  expect(textAt(told.json, '@odata.context')).toMatch(/#accounts\(name\)\/\$delta$/);
});

test('a row that was made and deleted between two polls is still told as deleted', async () => {
  const link = await deltaLink();
  const id = await make('brief');
  await concord.call('DELETE', `${ACCOUNTS}(${id})`);
  expect((await concord.get(link)).rows).toMatchObject([{ id, reason: 'deleted' }]);
});

test('a row that is back under its old id is not told as deleted', async () => {
  const id = await make('phoenix');
  const link = await deltaLink();
  await concord.call('DELETE', `${ACCOUNTS}(${id})`);
  await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'again' });
  expect((await concord.get(link)).rows).toMatchObject([{ accountid: id, name: 'again' }]);
});

test('/$count tells how many changes wait', async () => {
  const id = await make('one');
  const link = new URL(await deltaLink());
  await make('two');
  await concord.call('DELETE', `${ACCOUNTS}(${id})`);
  expect((await concord.get(`${ACCOUNTS}/$count?$deltatoken=${encodeURIComponent(link.searchParams.get('$deltatoken') ?? '')}`)).text).toBe(
    '2',
  );
});

test.each(['$filter=name eq null', '$orderby=name', '$expand=parentaccountid', '$top=1'])(
  '%s is refused with change tracking',
  async (option) => {
    const told = await concord.get(`${ACCOUNTS}?${option}`, TRACK);
    const name = /\$(\w+)/.exec(option)?.[1] ?? '';
    expect([told.status, wordsIn(told)]).toEqual([
      400,
      expect.stringContaining(`The "${name}" query parameter isn't supported when Change Tracking is enabled.`),
    ]);
  },
);

test('a table without change tracking refuses it', async () => {
  expect((await concord.get(`${CE}/notes`, TRACK)).status).toBe(400);
});

const expectExpired = async (link: string) => {
  const told = await concord.get(link);
  expect([told.status, wordsIn(told)]).toEqual([
    400,
    expect.stringMatching(/^0x80044352 Version stamp associated with the client has expired/),
  ]);
};

describe('a delta token is too old', () => {
  test('after its life of seven days, and not a day earlier', async () => {
    const link = await deltaLink();
    emulator.clock.skew(6 * DAY_MS);
    expect((await concord.get(link)).status).toBe(200);
    emulator.clock.skew(7 * DAY_MS + 2_000);
    await expectExpired(link);
  });

  test('when the table has changed since', async () => {
    const link = await deltaLink();
    emulator.changeSchema({ kind: 'add', set: 'accounts', column: { name: 'extra', type: 'text' } });
    await expectExpired(link);
    expect((await concord.get(await deltaLink())).status).toBe(200);
  });

  test('when the emulator is told so', async () => {
    const link = await deltaLink();
    emulator.expireDeltaTokens();
    await expectExpired(link);
    expect((await concord.get(await deltaLink())).status).toBe(200);
  });
});

type Act = { readonly kind: 'make' | 'edit' | 'remove' | 'page' | 'restart'; readonly at: number };

test('whoever follows the feed ends with the rows that are there, whatever happens between its pages', async () => {
  const kind = fc.constantFrom<Act['kind']>('make', 'edit', 'remove', 'page', 'page', 'restart');
  const acts = fc.array(fc.record({ kind, at: fc.nat(20) }), { minLength: 5, maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(acts, fc.integer({ min: 1, max: 3 }), async (all, size) => {
      emulator.load(LITTLE_CE);
      const follower = follow(size);
      for (const act of all) await perform(act, follower);
      while (await follower.page());
      await follower.page();
      while (await follower.page());
      expect(follower.known()).toEqual(new Map(emulator.rows('accounts').map((row) => [row['accountid'], row['name']])));
    }),
    { numRuns: 25 },
  );
});

async function perform(act: Act, follower: ReturnType<typeof follow>): Promise<void> {
  const ids = emulator.rows('accounts').map((row) => textAt(row, 'accountid'));
  const id = ids[act.at % Math.max(1, ids.length)];
  if (act.kind === 'make') await make(`n${act.at}`);
  if (act.kind === 'edit' && id !== undefined) await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: `e${act.at}` });
  if (act.kind === 'remove' && id !== undefined) await concord.call('DELETE', `${ACCOUNTS}(${id})`);
  if (act.kind === 'page') await follower.page();
  if (act.kind === 'restart') follower.restart();
}

/** Keeps a copy by following nextLink and deltaLink, one page at a time. */
function follow(size: number) {
  const first = `${ACCOUNTS}?$select=name`;
  let next = first;
  let resume = first;
  let copy = new Map<unknown, unknown>();
  const take = (row: JsonObject): void => {
    if (row['reason'] === 'deleted') copy.delete(row['id']);
    else copy.set(row['accountid'], row['name']);
  };
  return {
    /** Answers whether more pages are waiting. */
    async page(): Promise<boolean> {
      const told = await concord.get(next, { prefer: `odata.track-changes,odata.maxpagesize=${size}` });
      expect(told.status).toBe(200);
      told.rows.forEach(take);
      const more = told.json['@odata.nextLink'];
      next = textAt(told.json, more === undefined ? '@odata.deltaLink' : '@odata.nextLink');
      if (more === undefined) resume = next;
      return more !== undefined;
    },
    /** Forgets the pages of the round that was not finished. */
    restart(): void {
      if (resume === first) copy = new Map();
      next = resume;
    },
    known: () => copy,
  };
}
