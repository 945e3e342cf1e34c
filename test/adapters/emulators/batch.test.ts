import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDataverse, startFinops } from '../../../packages/adapters/src/emulators/index.ts';
import type { DataverseSettings, Emulator, FinopsSettings } from '../../../packages/adapters/src/emulators/index.ts';
import { parseBatch } from '../../../packages/adapters/src/emulators/wire/batch-parse.ts';
import { CE, signIn, textAt } from './caller.ts';
import type { Caller, Told } from './caller.ts';
import { LITTLE_CE, LITTLE_FNO } from './little-org.ts';

interface Piece {
  readonly method: string;
  readonly url: string;
  readonly id?: number;
  readonly body?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

function piece({ method, url, id, body, headers = {} }: Piece): string {
  const head = ['Content-Type: application/http', 'Content-Transfer-Encoding: binary', ...(id === undefined ? [] : [`Content-ID: ${id}`])];
  const inner = [
    `${method} ${url} HTTP/1.1`,
    'Content-Type: application/json',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ];
  return [...head, '', ...inner, '', body === undefined ? '' : JSON.stringify(body)].join('\n');
}

const single = (one: Piece): string => `--batch_1\n${piece(one)}\n`;
const changeset = (...all: readonly Piece[]): string =>
  `--batch_1\nContent-Type: multipart/mixed;boundary=set_1\n\n${all.map((one) => `--set_1\n${piece(one)}\n`).join('')}--set_1--\n`;

function post(
  caller: Caller,
  root: string,
  parts: readonly string[],
  lines: '\n' | '\r\n' = '\n',
  headers: Readonly<Record<string, string>> = {},
): Promise<Told> {
  const body = `${parts.join('')}--batch_1--\n`.replaceAll('\n', lines);
  return caller.send('POST', `${root}/$batch`, body, { 'content-type': 'multipart/mixed;boundary=batch_1', ...headers });
}

const statusesIn = (told: Told): readonly number[] => [...told.text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]));

let ce: Emulator<DataverseSettings>;
let fno: Emulator<FinopsSettings>;
let concord: Caller;
let clerk: Caller;

beforeAll(async () => {
  ce = await startDataverse({ seed: LITTLE_CE });
  fno = await startFinops({ seed: LITTLE_FNO });
  [concord, clerk] = [await signIn(ce), await signIn(fno)];
});
afterAll(async () => {
  await ce.close();
  await fno.close();
});

const names = (): readonly unknown[] => ce.rows('accounts').map((row) => row['name']);

describe('Dataverse', () => {
  test.each(['\n', '\r\n'] as const)('parts are done in order, whatever ends their lines (%j), at URLs of any form', async (lines) => {
    const parts = [
      single({ method: 'POST', url: `${ce.url}${CE}/accounts`, body: { name: 'absolute' } }),
      single({ method: 'POST', url: `${CE}/accounts`, body: { name: 'rooted' } }),
      single({ method: 'POST', url: 'accounts', body: { name: 'relative\nline' } }),
      single({ method: 'GET', url: `accounts?$select=name&$filter=name%20eq%20'rooted'&$top=1` }),
    ];
    const told = await post(concord, CE, parts, lines);
    expect([told.status, statusesIn(told)]).toEqual([200, [204, 204, 204, 200]]);
    expect(told.headers.get('content-type')).toMatch(/^multipart\/mixed; boundary=batchresponse_/);
    expect(names()).toEqual(expect.arrayContaining(['absolute', 'rooted', 'relative\nline']));
    expect(told.text).toContain('"name":"rooted"');
  });

  test('a changeset may use what its earlier parts made', async () => {
    const told = await post(concord, CE, [
      changeset(
        { method: 'POST', url: 'accounts', id: 1, body: { name: 'mother' } },
        { method: 'POST', url: 'accounts', id: 2, body: { name: 'child', 'parentaccountid@odata.bind': '$1' } },
        { method: 'PATCH', url: '$2', id: 3, body: { employees: 5 } },
      ),
    ]);
    expect([told.status, statusesIn(told)]).toEqual([200, [204, 204, 204]]);
    expect(told.text).toContain('boundary=changesetresponse_');
    const [mother, child] = ['mother', 'child'].map((name) => ce.rows('accounts').find((row) => row['name'] === name));
    expect(child).toMatchObject({ _parent_value: mother?.['accountid'], employees: 5 });
  });

  test('a changeset that fails leaves nothing, counts no write, and is answered with one error', async () => {
    const before = { rows: ce.dump().rows, writes: ce.stats().principals['concord']?.writes };
    const told = await post(concord, CE, [
      changeset(
        { method: 'POST', url: 'accounts', id: 1, body: { name: 'lost' } },
        { method: 'PATCH', url: '$1', body: { employees: -1 } },
      ),
    ]);
    expect([told.status, statusesIn(told)]).toEqual([400, [400]]);
    expect(ce.dump().rows).toEqual(before.rows);
    expect(ce.stats().principals['concord']?.writes).toEqual(before.writes);
  });

  test('a failed changeset puts back what was changed and deleted', async () => {
    const made = await concord.call('POST', `${CE}/accounts`, { accountnumber: 'KEEP', name: 'keep' }, { prefer: 'return=representation' });
    const at = `accounts(${textAt(made.json, 'accountid')})`;
    await post(concord, CE, [
      changeset(
        { method: 'PATCH', url: at, body: { accountnumber: 'GONE' } },
        { method: 'DELETE', url: at },
        { method: 'DELETE', url: at },
      ),
    ]);
    expect((await concord.get(`${CE}/accounts(accountnumber='KEEP')`)).json['@odata.etag']).toBe(made.json['@odata.etag']);
  });

  test('a reference forward, or a GET in a changeset, is refused with 400', async () => {
    const forward = await post(concord, CE, [changeset({ method: 'PATCH', url: '$9', body: {} })]);
    expect([forward.status, forward.text]).toEqual([
      400,
      expect.stringContaining("Content-ID Reference: '$9' does not exist in the batch context."),
    ]);
    expect((await post(concord, CE, [changeset({ method: 'GET', url: 'accounts' })])).status).toBe(400);
  });

  test('the first failure stops the batch and is its status, unless the client wants to go on', async () => {
    const parts = [single({ method: 'GET', url: 'nosuch' }), single({ method: 'POST', url: 'accounts', body: { name: 'after' } })];
    const stopped = await post(concord, CE, parts);
    expect([stopped.status, statusesIn(stopped)]).toEqual([404, [404]]);
    const went = await post(concord, CE, parts, '\n', { prefer: 'odata.continue-on-error' });
    expect([went.status, statusesIn(went)]).toEqual([200, [404, 204]]);
  });

  test('conditions hold inside a batch', async () => {
    const told = await post(concord, CE, [
      single({ method: 'POST', url: 'accounts', id: 1, body: { name: 'c' } }),
      single({ method: 'PATCH', url: '$1', body: { name: 'd' }, headers: { 'If-Match': 'W/"1"' } }),
    ]);
    expect(statusesIn(told)).toEqual([204, 412]);
  });

  test('more than a thousand operations are refused', async () => {
    const one = single({ method: 'GET', url: 'accounts?$top=1' });
    const told = await post(
      concord,
      CE,
      Array.from({ length: 1_001 }, () => one),
    );
    expect([told.status, told.text]).toEqual([400, expect.stringContaining('at most 1000')]);
  });

  test('a body that is no batch is refused with 400', async () => {
    expect((await concord.send('POST', `${CE}/$batch`, 'hello', { 'content-type': 'text/plain' })).status).toBe(400);
  });
});

const customer = (name: string) => ({ dataAreaId: 'abct', OrganizationName: name, CustomerGroupId: 'W' });

describe('F&O', () => {
  test('the whole is answered with 200 even when a part fails, and a throttled part has its own Retry-After', async () => {
    fno.faults.add({ path: '^/data/CustomersV3', times: 1, action: { kind: 'throttled', retryAfterSeconds: 9 } });
    const parts = ['one', 'two'].map((name) => single({ method: 'POST', url: 'CustomersV3', body: customer(name) }));
    const told = await post(clerk, '/data', parts, '\r\n', { prefer: 'odata.continue-on-error' });
    expect([told.status, statusesIn(told)]).toEqual([200, [429, 201]]);
    expect(told.text).toContain('Retry-After: 9');
  });

  test('a changeset is done whole or not at all', async () => {
    const before = fno.rows('CustomersV3');
    const told = await post(clerk, '/data', [
      changeset(
        { method: 'POST', url: 'CustomersV3', body: customer('a') },
        { method: 'POST', url: 'CustomersV3', body: { dataAreaId: 'abct' } },
      ),
    ]);
    expect([told.status, statusesIn(told)]).toEqual([200, [400]]);
    expect(fno.rows('CustomersV3')).toEqual(before);
  });
});

test('a batch reads the same with LF and with CRLF', () => {
  const text = `${single({ method: 'GET', url: 'a' })}${changeset({ method: 'POST', url: 'b', id: 4, body: { x: 1 } }, { method: 'DELETE', url: 'c' })}--batch_1--\n`;
  const type = 'multipart/mixed; boundary="batch_1"';
  expect(parseBatch(type, text.replaceAll('\n', '\r\n'))).toEqual(parseBatch(type, text));
  expect(parseBatch(type, text).map((part) => part.kind)).toEqual(['single', 'changeset']);
});
