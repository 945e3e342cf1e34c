import { createHash } from 'node:crypto';
import { recordId, type Config, type FieldMap, type RegisterMap } from '@concord/core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MASK, masked, maskedForLog, sealWith, type Sensitive } from '../../packages/server/src/access/mask.ts';
import { objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN, keyOf } from '../kit/key.ts';
import { untilCaughtUp } from '../kit/town.ts';
import { openApi, type Api } from './api-town.ts';

const HIDDEN = new Set(['name', 'email', 'street']);
/** In every value that is planted, and nowhere else. */
const PLANT = 'Plantagenet';

const [AS_READER, AS_RESOLVER] = (['reader', 'resolver'] as const).map((role) => ({ authorization: `Bearer ${keyOf(role)}` }));

function marked(config: Config): Config {
  const field = (one: FieldMap): FieldMap => (HIDDEN.has(one.name) ? { ...one, sensitive: true } : one);
  const register = (one: RegisterMap): RegisterMap => {
    const [first, ...rest] = one.fields;
    return { ...one, fields: [field(first), ...rest.map(field)] };
  };
  const entities = config.entities.map((map) => (map.entity === 'customer' ? { ...map, registers: map.registers.map(register) } : map));
  return { ...config, entities };
}

let api: Api;
let conflict = '';
let record = '';
beforeAll(async () => {
  api = await openApi(marked);
  await api.town.anna.edit('C-00002', { emailaddress1: `${PLANT}@example.com`, address1_line1: `${PLANT} Street 1` });
  await untilCaughtUp(api.url);
  await api.town.ben.edit('C-00002', { PrimaryContactEmail: `new.${PLANT}@example.com` });
  await untilCaughtUp(api.url);
  conflict = await api.quarrel('C-00002', { anna: `${PLANT} Ltd`, ben: `${PLANT} Inc` });
  record = textOf((await api.get(`/v1/conflicts/${encodeURIComponent(conflict)}`)).body, 'record') ?? '';
});
afterAll(() => api.town.close());

/** Real names in place of a path's parameters, and what each list may be asked for. */
function addressOf(path: string): string {
  const named: Readonly<Record<string, string>> = { id: record, system: 'ce', entity: 'customer', field: 'name' };
  const id = path.startsWith('/v1/conflicts') ? encodeURIComponent(conflict) : record;
  const filled = path.replaceAll(/:(\w+)/gu, (_whole, name: string) => (name === 'id' ? id : (named[name] ?? 'x')));
  if (path.endsWith('/version')) return `${filled}?at=4`;
  return path.endsWith('/diff') ? `${filled}?from=1&to=4` : filled;
}

async function bytesOf(answer: Response): Promise<string> {
  if (!(answer.headers.get('content-type') ?? '').includes('event-stream'))
    return Buffer.from(await answer.arrayBuffer()).toString('latin1');
  const { value } = (await answer.body?.getReader().read()) ?? {};
  return Buffer.from(value ?? []).toString('latin1');
}

async function read(path: string, headers: Readonly<Record<string, string>>): Promise<{ readonly status: number; readonly text: string }> {
  const abort = new AbortController();
  const answer = await fetch(`${api.url}${path}`, { headers, signal: abort.signal });
  const told = { status: answer.status, text: `${await bytesOf(answer)} ${JSON.stringify([...answer.headers])}` };
  abort.abort();
  return told;
}

/** Those that tell the planted values to whoever may see them: without them the walk would prove nothing. */
const TELLING = ['', '/history', '/version', '/diff', '/blame', '/views/:system', '/document'].map((rest) => `/v1/records/:id${rest}`);

describe('a field that is sensitive', () => {
  test('stands in no answer of any route for a reader, and in those that tell it for an admin', async () => {
    const doors = api.doors.filter(({ method, needs }) => method === 'GET' && needs !== 'operator');
    const telling = new Set<string>();
    for (const { path } of [...doors, { path: '/v1/conflicts/:id' }, { path: '/v1/records?entity=customer' }]) {
      const [asReader, asAdmin] = [await read(addressOf(path), AS_READER ?? {}), await read(addressOf(path), AS_ADMIN)];
      expect([path, asReader.text.includes(PLANT)]).toEqual([path, false]);
      if (path !== '/v1/records/:id/document') expect([path, asReader.status]).toEqual([path, asAdmin.status]);
      if (asAdmin.text.includes(PLANT)) telling.add(path);
    }
    expect([...telling]).toEqual(expect.arrayContaining([...TELLING.slice(0, -1), '/v1/conflicts', '/v1/conflicts/:id', '/v1/records']));
    const { status, text } = await read(addressOf('/v1/records/:id/document'), AS_READER ?? {});
    expect([status, text]).toEqual([403, expect.stringContaining('SENSITIVE_HIDDEN')]);
  });

  test('is masked, and what is not sensitive beside it is told', async () => {
    const told: unknown = JSON.parse(await (await fetch(`${api.url}/v1/records/${record}`, { headers: AS_READER ?? {} })).text());
    expect(told).toMatchObject({
      values: { account: 'C-00002', name: MASK, email: MASK, street: MASK, city: expect.not.stringContaining(MASK) },
    });
  });

  test('is hidden from the laboratory too: a replay is told masked, and none is made under policies that could ask for it', async () => {
    const ask = (body: object) =>
      fetch(`${api.url}/v1/lab/replay`, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: { ...AS_READER, 'content-type': 'application/json' },
      });
    const preset = await ask({ preset: 'dual-write', losses: 100, examples: 10 });
    expect([preset.status, await preset.text()]).toEqual([200, expect.not.stringContaining(PLANT)]);
    const policies = {
      entities: { customer: { fields: { phone: { policy: { when: { if: 'email == "x"', then: 'manual', else: 'latest' } } } } } },
    };
    expect((await ask({ policies })).status).toBe(403);
  });

  test('can be decided by a resolver who does not see it, by what the ETag of the masked conflict says; the mask is no value', async () => {
    const path = `${api.url}/v1/conflicts/${encodeURIComponent(conflict)}`;
    const seen = await fetch(path, { headers: AS_RESOLVER ?? {} });
    const headers = { ...AS_RESOLVER, 'content-type': 'application/json', 'if-match': seen.headers.get('etag') ?? '' };
    expect(seen.headers.get('etag'), 'it names what is there, whoever asks').toBe(
      (await fetch(path, { headers: AS_ADMIN })).headers.get('etag'),
    );
    const send = (body: object) => fetch(`${path}/resolve`, { method: 'POST', headers, body: JSON.stringify(body) });
    expect((await send({ values: { name: MASK } })).status).toBe(400);
    const resolved = await send({ side: 'ce', note: `it is ${PLANT}` });
    expect([resolved.status, await resolved.text()]).toEqual([200, expect.not.stringContaining(PLANT)]);
    expect((await read(`/v1/records/${record}/history`, AS_READER ?? {})).text).not.toContain(PLANT);
    expect((await read(`/v1/records/${record}/history`, AS_ADMIN)).text).toContain(`it is ${PLANT}`);
    expect(objectsOf((await api.get('/v1/conflicts?state=resolved')).body, 'items')).toHaveLength(1);
  });

  test('cannot be found by trying values: no answer holds a hash that a guess could be held against, nor says whether one is right', async () => {
    const hashes = (await api.ledger.changes(recordId(record), { limit: 500 })).items.map(({ hash }) => hash);
    const digests = (text: string): readonly string[] => {
      const digest = createHash('sha256').update(text).digest();
      return [digest.toString('hex').slice(0, 8), digest.toString('base64url').slice(0, 8), digest.toString('base64').slice(0, 8)];
    };
    const doors = api.doors.filter(({ method, needs }) => method === 'GET' && needs !== 'operator');
    for (const { path } of [...doors, { path: '/v1/records?entity=customer' }]) {
      const [asReader, asAdmin] = [await read(addressOf(path), AS_READER ?? {}), await read(addressOf(path), AS_ADMIN)];
      const [body = ''] = asAdmin.text.split(/ \[\[/u);
      const found = [...hashes, ...digests(body)].filter((hash) => asReader.text.includes(hash));
      expect([path, found]).toEqual([path, []]);
    }
    const history = await read(`/v1/records/${record}/history`, AS_READER ?? {});
    const [seal] = /[0-9a-f]{64}/u.exec(history.text) ?? [];
    const asked = async (hash: string | undefined, as: Readonly<Record<string, string>>) =>
      (await read(`/v1/records/${record}/version?at=${hash}`, as)).status;
    expect([await asked(hashes[0], AS_READER ?? {}), await asked(hashes[0], AS_ADMIN), await asked(seal, AS_READER ?? {})]).toEqual([
      404, 200, 200,
    ]);
    expect(JSON.stringify(await api.ledger.news(0, 500)), 'what ids of the stream are made of').not.toContain(PLANT);
  });
});

describe('words that may quote it', () => {
  const sensitive: Sensitive = new Map([['customer', new Set(['email'])]]);
  const hidden = <Body>(body: Body): Body => masked(sensitive, body, sealWith('secret'));

  test('of a system about a record of the entity are masked, also in the log; of another entity they are not', () => {
    const words = `"${PLANT}" is no address`;
    const failure = { system: 'ce', entity: 'customer', code: 'REFUSED', words };
    expect(hidden({ items: [failure] })).toEqual({ items: [{ ...failure, words: MASK }] });
    expect(hidden({ ...failure, fields: ['phone'] }).words, 'a system may quote any column').toBe(MASK);
    expect(hidden({ ...failure, entity: 'order' })).toEqual({ ...failure, entity: 'order' });
    expect([maskedForLog(sensitive, { entity: 'customer', words }), maskedForLog(sensitive, { words })]).toEqual([
      { entity: 'customer', words: MASK },
      { words: MASK },
    ]);
    expect(maskedForLog(sensitive, { entity: 'order', words })).toEqual({ entity: 'order', words });
  });

  test('of a policy are masked where it decided about the field, or where it is not said about what', () => {
    expect(hidden({ fields: ['email'], reason: PLANT })).toEqual({ fields: ['email'], reason: MASK });
    expect(hidden({ entity: 'customer', fields: ['phone'], reason: 'later' })).toMatchObject({ reason: 'later' });
    expect(hidden({ entity: 'customer', register: 'email', after: { values: { email: PLANT }, reason: PLANT } })).toEqual({
      entity: 'customer',
      register: 'email',
      after: { values: { email: MASK }, reason: MASK },
    });
    expect(hidden({ field: 'email', value: PLANT, runs: [{ text: PLANT, system: 'ce' }] })).toEqual({
      field: 'email',
      value: MASK,
      runs: [],
    });
    expect(hidden({ op: 'replace', path: '/email', value: PLANT })).toEqual({ op: 'replace', path: '/email', value: MASK });
  });
});
