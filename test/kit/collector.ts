import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isObject, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import type { Json, JsonObject } from '@concord/core';

/** A span as a collector gets it. */
export interface Received {
  readonly name: string;
  readonly trace: string;
  readonly id: string;
  readonly parent: string | undefined;
  readonly links: readonly string[];
  /** Told in milliseconds since 1970 UTC. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly isFailure: boolean;
  readonly attributes: Readonly<Record<string, Json>>;
}

/** A collector that takes OTLP over HTTP, as JSON. */
export interface Collector {
  readonly url: string;
  /** Everything that came, byte for byte. */
  text(): string;
  headers(): readonly IncomingHttpHeaders[];
  spans(): readonly Received[];
  /** Of the resources that spans were told of. */
  services(): readonly string[];
  close(): Promise<void>;
}

export async function openCollector(): Promise<Collector> {
  const bodies: string[] = [];
  const headers: IncomingHttpHeaders[] = [];
  const server = createServer((request, answer) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      bodies.push(Buffer.concat(pieces).toString());
      headers.push({ ...request.headers, path: request.url });
      answer.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const groups = (): readonly JsonObject[] =>
    bodies.flatMap((body) => {
      const told: Json = JSON.parse(body);
      return objectsOf(told, 'resourceSpans');
    });
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    text: () => bodies.join('\n'),
    headers: () => headers,
    spans: () => groups().flatMap((group) => objectsOf(group, 'scopeSpans').flatMap((scope) => objectsOf(scope, 'spans').map(spanIn))),
    services: () => [...new Set(groups().map((group) => String(attributesIn(group['resource'] ?? null)['service.name'])))],
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('it listens nowhere');
  return address.port;
}

const NANOS_A_MS = 1e6;

function spanIn(span: JsonObject): Received {
  return {
    name: textOf(span, 'name') ?? '',
    trace: textOf(span, 'traceId') ?? '',
    id: textOf(span, 'spanId') ?? '',
    parent: textOf(span, 'parentSpanId'),
    links: objectsOf(span, 'links').map((link) => textOf(link, 'spanId') ?? ''),
    fromMs: Number(span['startTimeUnixNano']) / NANOS_A_MS,
    toMs: Number(span['endTimeUnixNano']) / NANOS_A_MS,
    isFailure: isObject(span['status']) && span['status']['code'] === 2,
    attributes: attributesIn(span),
  };
}

function attributesIn(of: Json): Readonly<Record<string, Json>> {
  return Object.fromEntries(objectsOf(of, 'attributes').map((one) => [textOf(one, 'key') ?? '', valueIn(one['value'] ?? null)]));
}

function valueIn(value: Json): Json {
  if (!isObject(value)) return null;
  const [kind = '', told = null] = Object.entries(value)[0] ?? [];
  if (kind === 'arrayValue') return objectsOf(told, 'values').map(valueIn);
  return kind === 'intValue' ? Number(told) : told;
}
