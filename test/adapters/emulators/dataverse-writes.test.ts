import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator } from '../../../packages/adapters/src/emulators/index.ts';
import { CE, idOf, signIn, textAt, wordsIn } from './caller.ts';
import type { Caller } from './caller.ts';
import { LITTLE_CE } from './little-org.ts';

const ACCOUNTS = `${CE}/accounts`;
const WHOLE = { prefer: 'return=representation' };
const NOBODY = '11111111-1111-4111-a111-111111111111';

let emulator: Emulator<DataverseSettings>;
let concord: Caller;
let anna: Caller;
let numbered = 0;

beforeAll(async () => {
  emulator = await startDataverse({ seed: LITTLE_CE });
  [concord, anna] = [await signIn(emulator), await signIn(emulator, 'anna')];
});
afterAll(() => emulator.close());

const freshNumber = (): string => `A${(numbered += 1)}`;

async function made(more: Readonly<Record<string, string | number>> = {}) {
  const accountnumber = freshNumber();
  const told = await concord.call('POST', ACCOUNTS, { accountnumber, name: 'Acme', ...more }, WHOLE);
  return { id: textAt(told.json, 'accountid'), accountnumber, etag: textAt(told.json, '@odata.etag'), told };
}

describe('a create', () => {
  test('is answered with 204 and the address of the row', async () => {
    const told = await concord.call('POST', ACCOUNTS, { name: 'Acme' });
    expect(told.status).toBe(204);
    expect(told.headers.get('odata-entityid')).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/data\/v9\.2\/accounts\([0-9a-f-]{36}\)$/);
  });

  test('is answered with 201 and the row when the client wants it', async () => {
    const { told } = await made();
    expect(told.status).toBe(201);
    expect(told.headers.get('preference-applied')).toBe('return=representation');
    expect(told.json).toMatchObject({ name: 'Acme', statecode: 0, statuscode: 1, creditlimit: null });
    expect(told.json['@odata.etag']).toBe(`W/"${textAt(told.json, 'versionnumber')}"`);
  });

  test('with an alternate key that is taken is refused with 412 0x80060892', async () => {
    const { accountnumber } = await made();
    const told = await concord.call('POST', ACCOUNTS, { accountnumber });
    expect(told.status).toBe(412);
    expect(wordsIn(told)).toMatch(/^0x80060892 Entity Key abc_number violated/);
  });

  test('with an id that is taken is refused with 412 0x80040237', async () => {
    const { id } = await made();
    const told = await concord.call('POST', ACCOUNTS, { accountid: id });
    expect([told.status, wordsIn(told).slice(0, 10)]).toEqual([412, '0x80040237']);
  });

  test('tells who made it, and when, in whole seconds', async () => {
    const { told } = await made();
    expect(told.json['createdon']).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    const who = await concord.get(`${CE}/WhoAmI`);
    expect(told.json['_modifiedby_value']).toBe(who.json['UserId']);
  });
});

describe('PATCH and its conditions', () => {
  test('without a condition: creates the row at its address, and updates it the next time', async () => {
    const id = '22222222-2222-4222-a222-222222222222';
    const first = await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'one' }, WHOLE);
    const second = await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'two' }, WHOLE);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(second.json).toMatchObject({ accountid: id, name: 'two' });
  });

  test('If-Match: * updates only: a row that is missing is 404 0x80040217', async () => {
    const told = await concord.call('PATCH', `${ACCOUNTS}(${NOBODY})`, { name: 'x' }, { 'if-match': '*' });
    expect(told.status).toBe(404);
    expect(wordsIn(told)).toBe(`0x80040217 account With Id = ${NOBODY} Does Not Exist`);
  });

  test('If-None-Match: * creates only: a row that exists is 412 0x80040237', async () => {
    const { accountnumber } = await made();
    const told = await concord.call('PATCH', `${ACCOUNTS}(accountnumber='${accountnumber}')`, { name: 'x' }, { 'if-none-match': '*' });
    expect([told.status, wordsIn(told)]).toEqual([412, '0x80040237 A record with matching key values already exists.']);
  });

  test('an outdated If-Match is 412 0x80060882, the current one is accepted, for PATCH and DELETE', async () => {
    const { id, etag } = await made();
    const now = await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'two' }, { ...WHOLE, 'if-match': etag });
    expect(now.status).toBe(200);
    for (const method of ['PATCH', 'DELETE']) {
      const stale = await concord.call(method, `${ACCOUNTS}(${id})`, method === 'PATCH' ? { name: 'three' } : undefined, {
        'if-match': etag,
      });
      expect([stale.status, wordsIn(stale).slice(0, 10)]).toEqual([412, '0x80060882']);
    }
    const gone = await concord.call('DELETE', `${ACCOUNTS}(${id})`, undefined, { 'if-match': textAt(now.json, '@odata.etag') });
    expect(gone.status).toBe(204);
  });

  test('If-None-Match: null, which some clients send, is no condition', async () => {
    const { id } = await made();
    expect((await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'x' }, { 'if-none-match': 'null' })).status).toBe(204);
  });

  test('a value that stays the same makes a new version all the same', async () => {
    const { id, etag } = await made();
    const told = await concord.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'Acme' }, WHOLE);
    expect(told.json['@odata.etag']).not.toBe(etag);
  });

  test('two tables share one counter of row versions, which only rises', async () => {
    const account = await made();
    const order = await concord.call('POST', `${CE}/salesorders`, { name: 'o' }, WHOLE);
    const again = await made();
    const versions = [account.told, order, again.told].map((told) => Number(told.json['versionnumber']));
    expect(versions).toEqual(versions.toSorted((a, b) => a - b));
    expect(new Set(versions).size).toBe(3);
  });

  test('what another user wrote is told as theirs', async () => {
    const { id } = await made();
    await anna.call('PATCH', `${ACCOUNTS}(${id})`, { name: 'hers' });
    const row = await concord.get(`${ACCOUNTS}(${id})?$select=_modifiedby_value`);
    expect(row.json['_modifiedby_value']).toBe((await anna.get(`${CE}/WhoAmI`)).json['UserId']);
  });
});

describe('alternate keys', () => {
  test('an upsert by key creates with the key of the URL, and passes over the key in the body when it updates', async () => {
    const number = freshNumber();
    const at = `${ACCOUNTS}(accountnumber='${number}')`;
    const created = await concord.call('PATCH', at, { name: 'one' });
    const updated = await concord.call('PATCH', at, { name: 'two', accountnumber: 'OTHER' }, WHOLE);
    expect([created.status, idOf(created)]).toEqual([204, `accountnumber='${number}'`]);
    expect(updated.json).toMatchObject({ name: 'two', accountnumber: number });
  });

  test('a quote in a key is doubled, and percent encoding is undone', async () => {
    await concord.call('POST', ACCOUNTS, { accountnumber: "O'Neil & Co/1" });
    const told = await concord.get(`${ACCOUNTS}(accountnumber='O''Neil%20%26%20Co%2F1')`);
    expect([told.status, told.json['accountnumber']]).toEqual([200, "O'Neil & Co/1"]);
  });

  test('a key of a look-up and a number finds its row', async () => {
    const { id } = await made();
    await concord.call('POST', `${CE}/salesorders`, { name: 'mine', number: 7, 'customerid_account@odata.bind': `/accounts(${id})` });
    const told = await concord.get(`${CE}/salesorders(_customerid_value=${id},number=7)`);
    expect(told.json['name']).toBe('mine');
  });

  test('columns that are no key are refused with 400, a key without a row with 404 0x80060891', async () => {
    const bad = await concord.get(`${ACCOUNTS}(name='Acme')`);
    expect([bad.status, wordsIn(bad)]).toEqual([400, expect.stringContaining('The key in the request URI is not valid for resource')]);
    const none = await concord.get(`${ACCOUNTS}(accountnumber='nobody')`);
    expect([none.status, wordsIn(none).slice(0, 10)]).toEqual([404, '0x80060891']);
  });

  test('an update into a key that another row has is refused with 412 0x80060892, and the key of a deleted row is free', async () => {
    const [one, two] = [await made(), await made()];
    const taken = await concord.call('PATCH', `${ACCOUNTS}(${one.id})`, { accountnumber: two.accountnumber });
    expect([taken.status, wordsIn(taken).slice(0, 10)]).toEqual([412, '0x80060892']);
    await concord.call('DELETE', `${ACCOUNTS}(${two.id})`);
    expect((await concord.call('PATCH', `${ACCOUNTS}(${one.id})`, { accountnumber: two.accountnumber })).status).toBe(204);
  });
});

describe('single properties and look-ups', () => {
  test('a property is set, told, emptied', async () => {
    const { id } = await made();
    expect((await concord.call('PUT', `${ACCOUNTS}(${id})/name`, { value: 'new' })).status).toBe(204);
    expect((await concord.get(`${ACCOUNTS}(${id})/name`)).json['value']).toBe('new');
    expect((await concord.call('DELETE', `${ACCOUNTS}(${id})/name`)).status).toBe(204);
    expect((await concord.get(`${ACCOUNTS}(${id})/name`)).status).toBe(204);
  });

  test('a look-up is bound by id or by key, emptied with null or by deleting its reference', async () => {
    const [child, parent] = [await made(), await made()];
    const at = `${ACCOUNTS}(${child.id})`;
    const bind = async (link: string | null) =>
      (await concord.call('PATCH', at, { 'parentaccountid@odata.bind': link }, WHOLE)).json['_parent_value'];
    expect(await bind(`/accounts(${parent.id})`)).toBe(parent.id);
    expect(await bind(null)).toBeNull();
    expect(await bind(`accounts(accountnumber='${parent.accountnumber}')`)).toBe(parent.id);
    await concord.call('DELETE', `${at}/parentaccountid/$ref`);
    expect((await concord.get(at)).json['_parent_value']).toBeNull();
  });

  test('a look-up at a missing row is 404, a look-up written as a value is 400', async () => {
    const missing = await concord.call('POST', ACCOUNTS, { 'parentaccountid@odata.bind': `/accounts(${NOBODY})` });
    const direct = await concord.call('POST', ACCOUNTS, { _parent_value: NOBODY });
    expect([missing.status, direct.status]).toEqual([404, 400]);
    expect(wordsIn(direct)).toContain('Use Navigation properties instead');
  });
});

describe('values', () => {
  test.each([
    ['an amount is rounded to its precision', 'creditlimit', 12.345, 12.35],
    ['a decimal is rounded to its precision', 'weight', 1.000049, 1],
    ['choices are a set', 'seasons', '9, 1,9', '1,9'],
    ['a time is cut to whole seconds of UTC', 'calledat', '2024-05-01T10:00:00.987+02:00', '2024-05-01T08:00:00Z'],
    ['an empty text is none', 'name', '', null],
    ['a computed column keeps what the server computed', 'total', 5, null],
    ['a date stays a date', 'since', '2024-02-29', '2024-02-29'],
  ])('%s', async (_law, column, written, stored) => {
    const told = await concord.call('POST', ACCOUNTS, { [column]: written }, WHOLE);
    expect(told.json[column]).toEqual(stored);
  });

  test.each([
    ['a text that is too long', 'name', 'x'.repeat(41), '0x80044331'],
    ['a number below the least', 'employees', -1, '0x80044330'],
    ['a choice that is none of its options', 'rating', 7, '0x8004431a'],
    ['one of many choices that is none of its options', 'seasons', '1,3', '0x8004431a'],
    ['a text for a number', 'employees', 'many', '0x80048d19'],
    ['a number for a text', 'name', 5, '0x80048d19'],
    ['a date that is none', 'since', 'soon', '0x80048d19'],
    ['a column that the table does not have', 'nosuch', 1, '0x80048d19'],
  ])('%s is refused with 400', async (_law, column, written, code) => {
    const before = emulator.rows('accounts').length;
    const told = await concord.call('POST', ACCOUNTS, { [column]: written });
    expect([told.status, wordsIn(told).slice(0, 10)]).toEqual([400, code]);
    expect(emulator.rows('accounts').length).toBe(before);
  });

  test('a body that is not JSON is refused with 400', async () => {
    expect((await concord.send('POST', ACCOUNTS, '{', { 'content-type': 'application/json' })).status).toBe(400);
  });

  test('an error tells more to a client that asks for every annotation', async () => {
    const told = await concord.get(`${ACCOUNTS}(${NOBODY})`, { prefer: 'odata.include-annotations="*"' });
    expect(told.json['error']).toMatchObject({ code: '0x80040217', '@Microsoft.PowerApps.CDS.TraceText': '' });
  });
});

test('a deleted row is gone: the second delete is 404', async () => {
  const { id } = await made();
  const statuses = [await concord.call('DELETE', `${ACCOUNTS}(${id})`), await concord.call('DELETE', `${ACCOUNTS}(${id})`)].map(
    (told) => told.status,
  );
  expect(statuses).toEqual([204, 404]);
});
