import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openSlots } from '../../packages/server/src/stream/slots.ts';
import { keyOf } from '../kit/key.ts';
import { listen, type Listener } from '../kit/listener.ts';
import { until } from '../kit/until.ts';
import { openApi, type Api } from './api-town.ts';

const SHARE = 20;
const CLIENTS = 1_000;
const TOGETHER = 15;

describe('places for readers', () => {
  const reader = { id: 'r', role: 'reader' } as const;
  const admin = { id: 'a', role: 'admin' } as const;

  test('each key has its share, and all keys together have so many', () => {
    const slots = openSlots(5, 2);
    for (const id of ['r', 'r', 's', 's', 't']) slots.take({ id, role: 'reader' }, () => undefined);
    expect(() => slots.take({ id: 't', role: 'reader' }, () => undefined)).toThrow('There are 5 readers of the stream already.');
    expect(() => slots.take(reader, () => undefined)).toThrow('There are 2 readers of the stream with this key already.');
  });

  test('a place that was given back, however often, is one place', () => {
    const slots = openSlots(2, 2);
    const [one] = [slots.take(reader, () => undefined), slots.take(reader, () => undefined)];
    one();
    one();
    expect(slots.taken).toBe(1);
    slots.take(reader, () => undefined);
    expect(() => slots.take(reader, () => undefined)).toThrow('with this key');
  });

  test('an admin always gets in: in the place of the first of the key that has most, or of their own where their share is taken', () => {
    const slots = openSlots(4, 3);
    const ended: string[] = [];
    for (const [id, name] of [
      ['s', 's1'],
      ['r', 'r1'],
      ['r', 'r2'],
      ['r', 'r3'],
    ] as const)
      slots.take({ id, role: 'operator' }, () => ended.push(name));
    for (const name of ['a1', 'a2', 'a3', 'a4']) slots.take(admin, () => ended.push(name));
    expect(ended).toEqual(['r1', 'r2', 's1', 'a1']);
    expect(slots.taken).toBe(4);
  });
});

describe('GET /v1/stream', () => {
  let api: Api;
  const open: Listener[] = [];
  beforeAll(async () => {
    api = await openApi();
  });
  afterEach(() => open.splice(0).forEach((one) => one.leave()));
  afterAll(() => api.town.close());

  async function following(role: 'reader' | 'admin'): Promise<Listener> {
    const one = await listen(`${api.url}/v1/stream`, { authorization: `Bearer ${keyOf(role)}` });
    open.push(one);
    return one;
  }

  /** A client that goes away without a word: as soon as it has asked, or once it has heard so many bytes. */
  function vanish(afterBytes: number): Promise<string> {
    const { hostname, port } = new URL(api.url);
    const socket = connect(Number(port), hostname);
    return new Promise((resolve) => {
      let told = '';
      const leave = (): void => {
        socket.destroy();
        resolve(told.slice(9, 12));
      };
      socket.on('error', leave).on('close', leave);
      socket.on('data', (piece) => {
        told += String(piece);
        if (told.length >= afterBytes) leave();
      });
      socket.write(
        `GET /v1/stream HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${keyOf('reader')}\r\n\r\n`,
        () => afterBytes === 0 && leave(),
      );
    });
  }

  test('a thousand clients that come and go leave every place free', { timeout: 120_000 }, async () => {
    let served = 0;
    for (let came = 0; came < CLIENTS; came += TOGETHER) {
      const statuses = await Promise.all(Array.from({ length: TOGETHER }, (_, index) => vanish([0, 20, 400][index % 3] ?? 0)));
      served += statuses.filter((status) => status === '200').length;
    }
    expect(served, 'who waited for an answer had one').toBeGreaterThan(CLIENTS / 3);
    await until(async () => {
      const all = await Promise.all(Array.from({ length: SHARE }, () => following('reader')));
      const full = all.filter(({ status }) => status !== 200);
      if (full.length === 0) return undefined;
      for (const one of open.splice(0)) one.leave();
      return `${full.length} of ${SHARE} places are not free`;
    });
  });

  test('a key that has its share is told so, and an admin gets in all the same', async () => {
    for (let count = 0; count < SHARE; count += 1)
      await until(async () => ((await following('reader')).status === 200 ? undefined : 'full'));
    const more = await fetch(`${api.url}/v1/stream`, { headers: { authorization: `Bearer ${keyOf('reader')}` } });
    expect([more.status, await more.json()]).toEqual([503, expect.objectContaining({ code: 'STREAM_FULL' })]);
    for (let count = 0; count <= SHARE; count += 1) expect((await following('admin')).status).toBe(200);
  });
});
