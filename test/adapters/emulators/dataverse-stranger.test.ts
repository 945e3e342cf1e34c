import { DynamicsWebApi } from 'dynamics-web-api';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startDataverse } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator } from '../../../packages/adapters/src/emulators/index.ts';
import { tokenOf } from './caller.ts';
import { LITTLE_CE } from './little-org.ts';

/** A client that was written for the real service, by people who do not know this emulator. */
let emulator: Emulator<DataverseSettings>;
let stranger: DynamicsWebApi;

beforeAll(async () => {
  emulator = await startDataverse({ seed: LITTLE_CE });
  const token = await tokenOf(emulator, 'anna');
  stranger = new DynamicsWebApi({ serverUrl: emulator.url, dataApi: { version: '9.2' }, onTokenRefresh: async () => token });
});
beforeEach(() => emulator.load(LITTLE_CE));
afterAll(() => emulator.close());

const collection = 'accounts';
const make = (name: string): Promise<string> => stranger.create({ collection, data: { name } });
const statusOf = (failed: unknown): unknown =>
  typeof failed === 'object' && failed !== null && 'status' in failed ? failed.status : failed;

describe('dynamics-web-api', () => {
  test('creates and retrieves a row', async () => {
    const key = await make('Acme');
    const row = await stranger.retrieve({ collection, key, select: ['name'] });
    expect(row).toMatchObject({ name: 'Acme', accountid: key });
  });

  test('creates a row and is told it', async () => {
    const row = await stranger.create({ collection, data: { name: 'Acme', creditlimit: 12.345 }, returnRepresentation: true });
    expect(row).toMatchObject({ name: 'Acme', creditlimit: 12.35 });
  });

  test('updates a row, with and without its version', async () => {
    const key = await make('one');
    await stranger.update({ collection, key, data: { name: 'two' } });
    const { '@odata.etag': etag } = await stranger.retrieve({ collection, key, select: ['name'] });
    expect(await stranger.update({ collection, key, data: { name: 'three' }, ifmatch: etag })).toBe(true);
    // This client answers a 412 to its own condition with `false`.
    expect(await stranger.update({ collection, key, data: { name: 'four' }, ifmatch: etag })).toBe(false);
    expect(emulator.rows(collection)).toMatchObject([{ name: 'three' }]);
  });

  test('does not create a row by an update', async () => {
    const missing = stranger.update({ collection, key: '11111111-1111-4111-a111-111111111111', data: { name: 'x' } });
    expect(await missing.catch(statusOf)).toBe(404);
  });

  test('upserts by alternate key, and creates only when told so', async () => {
    const key = "accountnumber='A1'";
    await stranger.upsert({ collection, key, data: { name: 'one' } });
    await stranger.upsert({ collection, key, data: { name: 'two' } });
    await stranger.upsert({ collection, key, data: { name: 'three' }, ifnonematch: '*' });
    expect(emulator.rows(collection)).toMatchObject([{ name: 'two', accountnumber: 'A1' }]);
  });

  test('deletes a row', async () => {
    const key = await make('x');
    await stranger.deleteRecord({ collection, key });
    expect(await stranger.retrieve({ collection, key }).catch(statusOf)).toBe(404);
  });

  test('reads all pages, and counts', async () => {
    for (const n of [1, 2, 3, 4, 5]) await make(`n${n}`);
    const all = await stranger.retrieveAll({ collection, select: ['name'], maxPageSize: 2 });
    expect(all.value.map((row) => row['name'])).toEqual(['n1', 'n2', 'n3', 'n4', 'n5']);
    expect(await stranger.count({ collection, filter: "name ne 'n1'" })).toBe(4);
  });

  test('tracks changes: an edited row, a new one, and a deleted one', async () => {
    const [edited, deleted] = [await make('edited'), await make('deleted')];
    const first = await stranger.retrieveMultiple({ collection, select: ['name'], trackChanges: true });
    const token = new URL(String(first['@odata.deltaLink'])).searchParams.get('$deltatoken') ?? '';
    await stranger.update({ collection, key: edited, data: { name: 'edited!' } });
    const added = await make('added');
    await stranger.deleteRecord({ collection, key: deleted });
    const then = await stranger.retrieveMultiple({
      collection,
      select: ['name'],
      queryParams: [`$deltatoken=${encodeURIComponent(token)}`],
    });
    expect(then.value).toMatchObject([
      { accountid: edited, name: 'edited!' },
      { accountid: added, name: 'added' },
      { id: deleted, reason: 'deleted' },
    ]);
  });

  test('sends a batch in which one part uses another', async () => {
    stranger.startBatch();
    void stranger.create({ collection, data: { name: 'mother' }, contentId: '1' });
    void stranger.create({ collection, data: { name: 'child', 'parentaccountid@odata.bind': '$1' } });
    const answers = await stranger.executeBatch();
    expect(answers).toHaveLength(2);
    const [mother, child] = emulator.rows(collection);
    expect(child).toMatchObject({ name: 'child', _parent_value: mother?.['accountid'] });
  });

  test('is told the code and the words of an error', async () => {
    const failed: unknown = await make('x'.repeat(41)).catch((error: unknown) => error);
    expect(failed).toMatchObject({
      status: 400,
      code: '0x80044331',
      message: expect.stringContaining("exceeded the maximum allowed length of '40'"),
    });
  });

  test('asks the metadata for a table and its keys', async () => {
    const table = await stranger.retrieveEntity({
      key: "LogicalName='account'",
      select: ['EntitySetName'],
      expand: [{ property: 'Keys', select: ['KeyAttributes'] }],
    });
    expect(table).toMatchObject({ EntitySetName: 'accounts', Keys: [{ KeyAttributes: ['accountnumber'] }] });
  });
});
