import { createServer, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { addKey } from '../../packages/server/src/access/keyring.ts';
import { follow } from '../../packages/server/src/stream/follow.ts';
import { placeNamed } from '../../packages/server/src/stream/place.ts';
import { openSse } from '../../packages/server/src/stream/sse.ts';
import { openClosing } from '../../packages/server/src/stream/closing.ts';
import { memoryLedger } from '../../packages/adapters/src/ledgers/memory/ledger.ts';
import { sqliteLedger } from '../../packages/adapters/src/ledgers/sqlite/ledger.ts';
import { fullPlan, sampleCommit, sampleId } from '../../packages/core/src/contract/ledger-samples.ts';
import { clock } from '../../packages/server/src/surroundings.ts';
import { recordOf, untilEqual } from '../kit/town.ts';
import { listen, type Heard, type Listener } from '../kit/listener.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';

let api: Api;
const open: Listener[] = [];
beforeAll(async () => {
  api = await openApi();
});
afterEach(() => open.splice(0).forEach((one) => one.leave()));
afterAll(() => api.town.close());

async function following(url: string, path: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const one = await listen(`${url}${path}`, headers);
  open.push(one);
  return one;
}

const numbersIn = (heard: readonly Heard[]): readonly number[] =>
  heard.filter(({ event }) => event === 'version' || event === 'conflict').map(({ id }) => Number(id?.split('-')[0]));

describe('GET /v1/stream', () => {
  test('tells new versions, conflicts as they are opened and closed, and how the maps are', async () => {
    const reader = await following(api.url, '/v1/stream');
    expect(reader.status).toBe(200);
    await reader.hears(
      ({ event, data }) => event === 'map' && data['entity'] === 'customer' && data['system'] === 'ce' && data['state'] === 'live',
    );
    await reader.hears(({ event, data }) => event === 'progress' && data['system'] === 'fno');
    const conflict = await api.quarrel('C-00002', { anna: 'Anna Ltd', ben: 'Ben Ltd' });
    const record = String((await recordOf(api.url, 'C-00002'))['id']);
    const opened = await reader.hears(({ event, data }) => event === 'conflict' && data['conflict'] === conflict);
    expect(opened.data).toEqual({ conflict, record, entity: 'customer', state: 'held', code: 'C01', fields: ['name'] });
    await api.post(`/v1/conflicts/${conflict}/resolve`, { side: 'ce' });
    await reader.hears(({ event, data }) => event === 'conflict' && data['conflict'] === conflict && data['state'] === 'resolved');
    await reader.hears(({ event, data }) => event === 'version' && data['record'] === record && data['system'] === 'person');
    expect(reader.text()).not.toContain('Anna Ltd');
  });

  test('whoever comes back with an id is told everything since, once and in order', async () => {
    const gone = await (async () => {
      const reader = await following(api.url, '/v1/stream');
      const { id } = await reader.hears(({ event }) => event === 'begin');
      reader.leave();
      return id ?? '';
    })();
    await api.town.anna.edit('C-00003', { telephone1: '+1 555 0301' });
    await untilEqual(api.town, api.url);
    const reader = await following(api.url, '/v1/stream', { 'last-event-id': gone });
    await reader.hears(({ event }) => event === 'version');
    const before = reader.lastId();
    expect(numbersIn(reader.heard)[0]).toBe(Number(gone.split('-')[0]) + 1);
    await api.town.anna.edit('C-00003', { telephone1: '+1 555 0302' });
    await untilEqual(api.town, api.url);
    await reader.hears(({ id }) => Number(id?.split('-')[0]) > Number(before.split('-')[0]));
    const numbers = numbersIn(reader.heard);
    expect(numbers).toEqual(numbers.map((_, index) => index + (numbers[0] ?? 0)));
  });

  test('an id that is not known here, or names something else here, begins anew and says so', async () => {
    const begun = await following(api.url, '/v1/stream');
    const { id = '' } = await begun.hears(({ event }) => event === 'begin');
    for (const strange of ['999999-00000000', id.replace(/.$/u, (last) => (last === '0' ? '1' : '0')), 'something']) {
      const reader = await following(api.url, '/v1/stream', { 'last-event-id': strange });
      expect((await reader.hears(({ event }) => event === 'reset')).id).toBe(id);
    }
  });

  test('a key for an entity is told of that alone, and cannot ask for another; an entity that does not exist is a problem', async () => {
    const { text } = addKey(
      join(api.town.configFile, '../concord.keys.json'),
      { name: 'Orders', role: 'reader', entities: ['order'] },
      Date.now(),
    );
    const as = { authorization: `Bearer ${text}` };
    await until(async () => ((await fetch(`${api.url}/v1/records?entity=order`, { headers: as })).status === 200 ? undefined : 'not yet'));
    const other = await following(api.url, '/v1/stream?entity=customer', as);
    expect(other.status).toBe(403);
    expect((await following(api.url, '/v1/stream?entity=nothing')).status).toBe(404);
    const [narrow, wide] = [await following(api.url, '/v1/stream', as), await following(api.url, '/v1/stream?entity=customer')];
    await narrow.hears(({ event }) => event === 'map');
    await api.town.anna.edit('C-00004', { telephone1: '+1 555 0401' });
    await wide.hears(({ event }) => event === 'version');
    await untilEqual(api.town, api.url);
    expect(narrow.heard.every(({ event, data }) => event === 'begin' || data['entity'] === 'order')).toBe(true);
    expect(wide.heard.some(({ data }) => data['entity'] === 'order')).toBe(false);
  });
});

describe('a reader', () => {
  test('is told hundreds of commits in order, across a ledger that was closed and opened, and none twice', async () => {
    const file = join(api.town.ledgerFile, '../stream.db');
    let ledger = sqliteLedger({ file });
    const seen: number[] = [];
    let lastId: string | undefined = '0';
    for (let round = 0; round < 4; round += 1) {
      for (let index = 0; index < 50; index += 1)
        await ledger.commit(sampleCommit([fullPlan(sampleId(round * 100 + 2 * index)), fullPlan(sampleId(round * 100 + 2 * index + 1))]));
      const rig = await serving(ledger);
      const reader = await following(rig.url, '/', lastId === undefined ? {} : { 'last-event-id': lastId });
      await reader.hears(({ id }) => id?.startsWith(`${(round + 1) * 200}-`) ?? false);
      seen.push(...numbersIn(reader.heard));
      lastId = reader.lastId();
      await rig.close();
      await until(() => (reader.text().includes('stopping') ? undefined : 'it was not told why it ended'));
      await ledger.close();
      ledger = sqliteLedger({ file });
    }
    expect(seen).toEqual(Array.from({ length: 800 }, (_, index) => index + 1));
    await ledger.close();
  });

  test('that comes back too late is told that it missed something; the numbers go on', async () => {
    const file = join(api.town.ledgerFile, '../trimmed.db');
    const ledger = sqliteLedger({ file, newsMax: 10 });
    await ledger.commit(sampleCommit([fullPlan(sampleId(1))]));
    const [first] = await ledger.news(0, 1);
    for (let round = 0; round < 9; round += 1)
      await ledger.commit(sampleCommit(Array.from({ length: 250 }, (_, index) => fullPlan(sampleId(10 + round * 250 + index)))));
    expect(await ledger.latestNews()).toBe(2 + 9 * 500);
    expect((await ledger.news(0, 1))[0]?.number).toBeGreaterThan(1);
    expect(first?.number).toBe(1);
    const rig = await serving(ledger);
    for (const id of ['0', '2-00000000']) {
      const reader = await following(rig.url, '/', { 'last-event-id': id });
      await reader.hears(({ event }) => event === 'reset');
    }
    expect(await placeNamed(ledger, '0')).toBeUndefined();
    await rig.close();
    await ledger.close();
  });

  test('hears from time to time that nothing happened, and from where it would go on', async () => {
    const ledger = memoryLedger();
    await ledger.commit(sampleCommit([fullPlan(sampleId(1))]));
    const rig = await serving(ledger, 5);
    const reader = await following(rig.url, '/');
    await until(() => (reader.text().split(': nothing new').length > 2 ? undefined : reader.text()));
    expect(reader.text()).toContain(': nothing new\nid: 2-');
    await rig.close();
  });

  test('that takes nothing is let go, and nothing is kept for it', async () => {
    let [sent, isThere] = [0, true];
    const rig = await serve(async (raw) => {
      const sse = openSse(raw, 50, (data) => data);
      while (isThere) {
        isThere = await sse.send({ id: '1', event: 'version', data: { filler: 'x'.repeat(65_536) } });
        sent += 1;
      }
    });
    const socket = connect(Number(new URL(rig.url).port), '127.0.0.1');
    socket.pause();
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => (isThere ? `still sending, ${sent} so far` : undefined));
    expect(sent).toBeGreaterThan(0);
    socket.destroy();
    await rig.close();
  });

  test('whose key was revoked is let go', async () => {
    let may = true;
    const rig = await serving(memoryLedger(), 5, () => may);
    const reader = await following(rig.url, '/');
    await reader.hears(({ event }) => event === 'begin');
    may = false;
    await until(() => (reader.hasEnded() ? undefined : 'still listening'));
    expect(reader.text()).toContain('revoked');
    await rig.close();
  });
});

interface Rig {
  readonly url: string;
  close(): Promise<void>;
}

async function serve(answer: (raw: ServerResponse, lastId: string | undefined) => Promise<unknown>): Promise<Rig> {
  const server = createServer((request, raw) => {
    const id = request.headers['last-event-id'];
    void answer(raw, typeof id === 'string' ? id : undefined);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('It listens nowhere.');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      await closed;
    },
  };
}

/** The stream of a ledger, without an engine. */
async function serving(ledger: ReturnType<typeof memoryLedger>, beatMs = 60_000, mayListen = () => true): Promise<Rig> {
  const closing = openClosing();
  const engine = {
    news: { onRing: () => () => undefined },
    status: () => ({ maps: [], deliveries: [], tallies: { conflicts: {}, writes: {}, reads: 0, commits: 0 } }),
  };
  const rig = await serve((raw, lastId) =>
    follow(
      { ledger, engine, clock, initial: { told: async () => [] } },
      { sse: openSse(raw, 1000, (data) => data), lastId, entities: undefined, mayListen, closing },
      { lookMs: 5, beatMs },
    ),
  );
  return {
    ...rig,
    close() {
      closing.close();
      return rig.close();
    },
  };
}
