import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Value } from 'typebox/value';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { AS_ADMIN, keyOf } from '../kit/key.ts';
import { until } from '../kit/until.ts';
import { ROUTES } from '../../packages/server/src/openapi/routes.ts';
import { runCommand } from './command.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.town.close());

/** With what the caller brings, and nothing else. */
async function status(
  path: string,
  headers: Readonly<Record<string, string>> = {},
  init: Omit<RequestInit, 'headers'> = {},
): Promise<number> {
  return (await fetch(`${api.url}${path}`, { ...init, headers })).status;
}

const misfits = (body: unknown) => [...Value.Errors(ROUTES['GET /v1/acts']?.answer ?? {}, body)];
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const filled = (path: string): string => path.replaceAll(/:(\w+)/gu, (_whole, name: string) => (name === 'system' ? 'ce' : 'x'));

describe('who may come in', () => {
  test('no route answers anybody without a key, but for health, hooks, which have a gate of their own, and signing in', async () => {
    const open = api.doors.filter(({ needs, isPage }) => needs === 'nobody' && !isPage).map(({ method, path }) => `${method} ${path}`);
    expect(open.toSorted()).toEqual([
      'GET /healthz',
      'GET /livez',
      'GET /readyz',
      'GET /v1/session/ways',
      'HEAD /healthz',
      'HEAD /livez',
      'HEAD /readyz',
      'HEAD /v1/session/ways',
      'POST /hooks/:system',
      'POST /v1/session',
    ]);
    expect(api.doors.length).toBeGreaterThan(30);
    for (const { method, path } of api.doors.filter(({ needs }) => needs !== 'nobody')) {
      const told = await status(
        filled(path),
        { 'content-type': 'application/json' },
        { method, ...(method === 'POST' ? { body: '{}' } : {}) },
      );
      expect([`${method} ${path}`, told]).toEqual([`${method} ${path}`, 401]);
    }
  });

  test('no route does more for a role than it asks for', async () => {
    for (const { method, path } of api.doors.filter(({ needs }) => needs === 'operator' || needs === 'admin' || needs === 'resolver')) {
      const told = await status(
        filled(path),
        { ...bearer(keyOf('reader')), 'content-type': 'application/json' },
        method === 'POST' ? { method, body: '{}' } : { method },
      );
      expect([`${method} ${path}`, told]).toEqual([`${method} ${path}`, 403]);
    }
  });

  test.each([
    ['nothing', {}],
    ['another scheme', { authorization: 'Basic YTpi' }],
    ['a key of nobody', bearer('concord_000000000000_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa')],
    ['a right id with a wrong secret', bearer(`${keyOf('admin').slice(0, -1)}b`)],
    ['a key behind another word', { authorization: `Token ${keyOf('admin')}` }],
    ['two keys', { authorization: `Bearer ${keyOf('admin')} ${keyOf('admin')}` }],
    ['something long', bearer('x'.repeat(8000))],
  ])('%s lets nobody in, and is answered alike', async (_title, headers) => {
    const answer = await fetch(`${api.url}/v1/records`, { headers });
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="concord"']);
    expect(await answer.json()).toMatchObject({ code: 'KEY_MISSING', remedy: expect.stringContaining('concord keys add') });
  });

  test('a path that leads nowhere tells nothing to strangers', async () => {
    expect([await status('/v1/nothing'), await status('/v1/nothing', AS_ADMIN)]).toEqual([401, 404]);
  });

  test('a stranger learns how it is, and nothing of what is mirrored', async () => {
    expect(await (await fetch(`${api.url}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await (await fetch(`${api.url}/readyz`)).json()).toEqual({ ready: true });
    expect(await (await fetch(`${api.url}/livez`)).json()).toEqual({ live: true });
    expect((await api.get('/healthz')).body).toMatchObject({ ledger: { held: 0 }, maps: expect.anything() });
  });
});

describe('in whose name', () => {
  test('what is done is written down in the name of whoever has the key; only an admin speaks for others', async () => {
    const conflict = await api.quarrel('C-00002', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
    const path = `/v1/conflicts/${encodeURIComponent(conflict)}/resolve`;
    const as = { ...bearer(keyOf('resolver')), 'content-type': 'application/json' };
    const feigned = await fetch(`${api.url}${path}`, { method: 'POST', headers: as, body: '{"side":"ce","by":"Ann Lee"}' });
    expect([feigned.status, await feigned.json()]).toEqual([403, expect.objectContaining({ code: 'SPEAKER_WRONG' })]);
    expect(await status(path, as, { method: 'POST', body: '{"side":"ce"}' })).toBe(200);
    const told = await api.get(`/v1/conflicts/${encodeURIComponent(conflict)}`);
    expect(JSON.stringify(told.body)).toContain('resolver decided');
    const log = await api.get('/v1/acts');
    expect([log.status, objectsOf(log.body, 'items')[0]]).toEqual([
      200,
      expect.objectContaining({ by: 'resolver', act: 'resolve', conflict }),
    ]);
    expect(misfits(log.body), 'as it is described').toEqual([]);
    expect(await status('/v1/acts', bearer(keyOf('reader')))).toBe(403);
  });
});

/** Several commands, each a process of its own. */
const COMMANDS_MS_MAX = 120_000;

describe('keys', () => {
  test(
    'made, used, narrowed to an entity, revoked: each within a second, while the sidecar runs',
    async () => {
      const { configFile: config, env } = api.town;
      const made = await runCommand(['keys', 'add', '--config', config, '--name', 'Mia', '--role', 'reader', '--entity', 'customer'], env);
      expect([made.status, made.printed]).toEqual([0, expect.stringContaining('reader for customer')]);
      const key = /concord_\w{12}_[\w-]{43}/u.exec(made.printed)?.[0] ?? '';
      const mia = bearer(key);
      await until(async () => ((await status('/v1/records?entity=customer', mia)) === 200 ? undefined : 'the key is not taken'));
      expect([await status('/v1/records', mia), await status('/v1/records?entity=order', mia)], 'one entity is meant, or named').toEqual([
        200, 403,
      ]);
      expect(await status('/v1/failures', mia), 'what is not told by entity is closed').toBe(403);
      const orders = objectsOf((await api.get('/v1/records?entity=order')).body, 'items');
      for (const order of orders) expect(await status(`/v1/records/${textOf(order, 'id') ?? ''}`, mia)).toBe(404);
      const list = await runCommand(['keys', 'list', '--config', config], env);
      expect(list.printed).toContain('Mia');
      expect(
        `${list.printed}${readFileSync(join(api.town.configFile, '../concord.keys.json'), 'utf8')}`,
        'the secret is kept nowhere',
      ).not.toContain(key.split('_').at(-1));
      expect((await runCommand(['keys', 'revoke', key.split('_')[1] ?? '', '--config', config], env)).status).toBe(0);
      await until(async () => ((await status('/v1/records?entity=customer', mia)) === 401 ? undefined : 'the key is still taken'));
    },
    COMMANDS_MS_MAX,
  );

  test(
    'the file of keys is for its owner alone; one that is broken lets nobody in and says so',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'concord-keys-'));
      const config = join(folder, 'concord.yaml');
      writeFileSync(config, readFileSync(api.town.configFile));
      const run = (...args: readonly string[]) => runCommand(['keys', ...args, '--config', config], api.town.env);
      await run('add', '--name', 'Mia');
      const file = join(folder, 'concord.keys.json');
      expect(statSync(file).mode & 0o777).toBe(0o600);
      writeFileSync(file, '{"keys":[{"id":1}]}');
      expect(await run('list')).toMatchObject({ status: 1, printed: expect.stringContaining('does not hold API keys') });
      expect(await run('add', '--name', 'Mia')).toMatchObject({ status: 1 });
      expect(readFileSync(file, 'utf8'), 'nothing is written over it').toBe('{"keys":[{"id":1}]}');
      expect(await run('add', '--name', 'Mia', '--role', 'king')).toMatchObject({
        status: 1,
        printed: expect.stringContaining('reader, resolver'),
      });
      rmSync(folder, { recursive: true });
    },
    COMMANDS_MS_MAX,
  );
});

test('what is sent in a request is in no answer and in no log of a refusal', async () => {
  const answer = await fetch(`${api.url}/v1/records`, { headers: bearer('concord_secret_of_somebody') });
  expect(await answer.text()).not.toContain('secret_of_somebody');
  expect(member((await api.get('/healthz')).body, 'status')).toBe('ok');
});
