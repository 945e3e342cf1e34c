import { createServer, request as send } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import { parseConfig, type Config } from '@concord/core';
import * as otel from '@opentelemetry/api';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { SAMPLE, ENV } from '../core/config/sample.ts';
import { openTracing } from '../../packages/server/src/tracing/tracing.ts';
import type { startSdk } from '../../packages/server/src/tracing/sdk.ts';
import { openCollector, type Collector, type Received } from '../kit/collector.ts';
import { account } from '../kit/town-tables.ts';
import { customerIn } from '../kit/town-rows.ts';
import { openTown, untilEqual, type Town } from '../kit/town.ts';
import { until } from '../kit/until.ts';

const ONE = account(1);
const SECRET_NAME = 'Quibble & Zephyr 4711';
const SECRET_PHONE = '+49 911 55501';

let town: Town;
let collector: Collector;
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
});

async function open(): Promise<void> {
  collector = await openCollector();
  closing.push(collector.close);
  town = await openTown(2);
  closing.push(town.close);
}

const watched = (config: Config): Config => ({
  ...config,
  tracing: { endpoint: collector.url, service: 'concord-town', sample: 1, headers: { authorization: 'Bearer abc' } },
});

/** Of the traces of a field, the spans in the order of their beginning. */
function tracesOf(field: string): readonly (readonly Received[])[] {
  const spans = collector.spans();
  const traces = new Set(spans.filter(({ attributes }) => has(attributes['concord.fields'], field)).map(({ trace }) => trace));
  return [...traces].map((trace) => spans.filter((span) => span.trace === trace).toSorted((one, other) => one.fromMs - other.fromMs));
}

function has(list: unknown, item: string): boolean {
  return Array.isArray(list) && list.includes(item);
}

describe('one edit', () => {
  test('is one trace of five hops, each the child of the one that led to it, and no value is in it', async () => {
    await open();
    const proxy = await openProxy(town.fno.url);
    closing.push(proxy.close);
    const sidecar = await town.startInside((config) => throughProxy(watched(config), proxy.url));
    await untilEqual(town, sidecar.url);
    await town.anna.edit(ONE, { name: SECRET_NAME });
    await until(() => (customerIn(town, ONE).fno?.['name'] === SECRET_NAME ? undefined : 'not there'));
    await untilEqual(town, sidecar.url);
    await town.ben.edit(ONE, { PrimaryContactPhone: SECRET_PHONE });
    await untilEqual(town, sidecar.url);
    await sidecar.stop();

    const [spans = [], ...more] = tracesOf('name').filter((trace) =>
      trace.some(({ attributes }) => attributes['concord.heard'] !== 'listing'),
    );
    const edit = [spans, ...more].find((trace) => trace[0]?.attributes['concord.heard'] !== 'listing') ?? [];
    expect(edit.map(({ name }) => name)).toEqual([
      'concord.hear',
      'concord.observe',
      'concord.commit',
      'concord.deliver',
      'concord.settle',
    ]);
    expect(edit.map(({ parent }) => parent)).toEqual([undefined, ...edit.slice(0, -1).map(({ id }) => id)]);
    const [hear, , commit, deliver, settle] = edit;
    const record = hear?.attributes['concord.record'];
    expect(record).toMatch(/^[\w-]{21}$/u);
    expect(edit.every(({ attributes }) => attributes['concord.record'] === record && attributes['concord.entity'] === 'customer')).toBe(
      true,
    );
    expect(hear?.attributes).toMatchObject({ 'concord.system': 'ce' });
    expect(commit?.attributes).toMatchObject({ 'concord.fields': ['name'], 'concord.authors': ['ce'], 'concord.targets': ['fno'] });
    expect(deliver?.attributes).toMatchObject({
      'concord.system': 'fno',
      'concord.fields': ['name'],
      'concord.write': 'update',
      'concord.attempt': 1,
      'concord.outcome': 'written',
      'concord.changes': commit?.attributes['concord.changes'],
    });
    expect(settle?.attributes).toMatchObject({ 'concord.system': 'fno', 'concord.outcome': 'written' });
    expect(edit.some(({ isFailure }) => isFailure)).toBe(false);
    for (const { fromMs, toMs } of edit) expect(toMs).toBeGreaterThanOrEqual(fromMs);

    expect(proxy.traceparents(), 'the write carries where it stands').toContain(`00-${deliver?.trace}-${deliver?.id}-01`);
    expect(collector.services()).toEqual(['concord-town']);
    expect(collector.headers()[0]).toMatchObject({ path: '/v1/traces', authorization: 'Bearer abc' });
    for (const value of [SECRET_NAME, 'Quibble', SECRET_PHONE, '55501', ONE]) expect(collector.text()).not.toContain(value);
    expect(collector.text()).toContain('phone');
  });

  test('whose write is planned over a restart is delivered in a trace of its own, which names the record and the change', async () => {
    await open();
    const first = await town.startInside(watched);
    await untilEqual(town, first.url);
    town.fno.faults.down(true);
    await town.anna.edit(ONE, { name: SECRET_NAME });
    await until(async () => ((await first.ledger.counts()).due > 0 ? undefined : 'nothing is planned'));
    await first.stop();
    town.fno.faults.down(false);
    const second = await town.startInside(watched);
    await untilEqual(town, second.url);
    await second.stop();
    const told = collector.spans().filter(({ attributes }) => has(attributes['concord.fields'], 'name'));
    const commit = told.findLast(({ name, attributes }) => name === 'concord.commit' && has(attributes['concord.targets'], 'fno'));
    const again = told.findLast(({ name, parent }) => name === 'concord.deliver' && parent === undefined);
    expect(again?.attributes).toMatchObject({
      'concord.origin': 'unknown',
      'concord.record': commit?.attributes['concord.record'],
      'concord.changes': commit?.attributes['concord.changes'],
    });
    expect(collector.text()).not.toContain(SECRET_NAME);
  });

  test('whose answer is lost is read again in the same trace, and each try is told', async () => {
    await open();
    const { url, stop } = await town.startInside(watched);
    await untilEqual(town, url);
    town.fno.faults.add({ principal: 'concord', method: 'PATCH', times: 1, action: { kind: 'dropAfter' } });
    await town.anna.edit(ONE, { name: SECRET_NAME });
    await until(() => (customerIn(town, ONE).fno?.['name'] === SECRET_NAME ? undefined : 'not there'));
    await untilEqual(town, url);
    await stop();
    const lost = collector
      .spans()
      .find(({ name, attributes }) => name === 'concord.deliver' && attributes['concord.outcome'] === 'unknown');
    expect(lost).toMatchObject({ isFailure: true });
    const trace = collector.spans().filter((span) => span.trace === lost?.trace);
    const tied = collector.spans().filter(({ links }) => trace.some(({ id }) => links.includes(id)));
    expect([...trace, ...tied].some(({ name, attributes }) => name === 'concord.hear' && attributes['concord.system'] === 'fno')).toBe(
      true,
    );
  });
});

describe('where traces go', () => {
  const sample = (): Config => {
    const parsed = parseConfig(SAMPLE, { file: 'concord.yaml', env: ENV });
    if (parsed.kind === 'faults') throw new Error('the sample is good');
    return parsed.config;
  };
  const asked: Parameters<typeof startSdk>[0][] = [];
  const start: typeof startSdk = async (options, failed) => {
    asked.push(options);
    const { startSdk: real } = await import('../../packages/server/src/tracing/sdk.ts');
    return real(options, failed);
  };
  const quiet = (): void => undefined;

  test('is nowhere unless somebody says so', async () => {
    for (const env of [{}, { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' }])
      expect(await openTracing(sample(), env, quiet, start)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  test('may be said by the environment', async () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.25' };
    const opened = await openTracing(sample(), env, quiet, start);
    expect(asked.pop()).toEqual({ sample: 0.25 });
    await opened?.close();
  });

  test('is up to an SDK that was registered before, where the configuration says nothing', async () => {
    const ended: string[] = [];
    otel.trace.setGlobalTracerProvider(
      new TracerProvider({
        spanProcessors: [
          {
            onStart: () => undefined,
            onEnd: ({ name }) => void ended.push(name),
            forceFlush: () => Promise.resolve(),
            shutdown: () => Promise.resolve(),
          },
        ],
      }),
    );
    try {
      const opened = await openTracing(sample(), { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }, quiet, start);
      opened?.given.tracing.begin('commit', Date.now(), {}, undefined, []).end(Date.now(), {}, false);
      expect([ended, asked]).toEqual([['concord.commit'], []]);
    } finally {
      otel.trace.disable();
    }
  });

  const absent: typeof startSdk = () => Promise.reject(new Error('Cannot find package'));

  test('and what sends them is not installed: a section of the configuration is refused, the environment alone only warned of', async () => {
    const tracing = { endpoint: 'http://127.0.0.1:1', service: 'concord', sample: 1, headers: {} };
    await expect(openTracing({ ...sample(), tracing }, {}, quiet, absent)).rejects.toMatchObject({ code: 'TRACING_NOT_INSTALLED' });
    const warned: string[] = [];
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' };
    expect(await openTracing(sample(), env, (words) => warned.push(words), absent)).toBeUndefined();
    expect(warned).toHaveLength(1);
  });

  test('is refused where its variable holds no address', async () => {
    const tracing = { endpoint: 'collector', service: 'concord', sample: 1, headers: {} };
    await expect(openTracing({ ...sample(), tracing }, {}, quiet, start)).rejects.toMatchObject({ code: 'CONFIG_WRONG' });
  });

  test('and the collector is away: it is said once, and stopping does not wait long for it', async () => {
    const warned: string[] = [];
    const tracing = { endpoint: 'http://127.0.0.1:1', service: 'concord', sample: 1, headers: {} };
    const opened = await openTracing({ ...sample(), tracing }, {}, (words) => warned.push(words), start);
    opened?.given.tracing.begin('hear', Date.now(), {}, undefined, []).end(Date.now(), {}, false);
    const began = performance.now();
    await opened?.close();
    expect(performance.now() - began).toBeLessThan(10_000);
    expect(warned).toEqual(['traces do not reach http://127.0.0.1:1']);
  });
});

/** What stands between the sidecar and a system, and sees the headers of writes. */
async function openProxy(to: string): Promise<{ readonly url: string; traceparents(): readonly string[]; close(): Promise<void> }> {
  const seen: string[] = [];
  const server = createServer((asked, answer) => {
    if (asked.method === 'PATCH') seen.push(String(asked.headers['traceparent']));
    const passed = send(new URL(asked.url ?? '/', to), { method: asked.method, headers: asked.headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  return {
    url: `http://127.0.0.1:${address.port}`,
    traceparents: () => seen,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function throughProxy(config: Config, url: string): Config {
  const { fno } = config.systems;
  if (!fno) throw new Error('the town has a finance system');
  return { ...config, systems: { ...config.systems, fno: { ...fno, options: { ...fno.options, url } } } };
}
