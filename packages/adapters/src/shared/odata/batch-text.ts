import { randomUUID } from 'node:crypto';
import type { Json } from '@concord/core';

/** One request of a batch. `at` is a path that the service can read from its `$batch`: rooted (`/data/…`), or `$1` for what part 1 made. */
export interface BatchRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  readonly at: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Json;
}

/** A request by itself, or a changeset: writes that are applied together or not at all. */
export type BatchPart = BatchRequest | readonly BatchRequest[];

/** The smaller one of the two products' limits. */
export const BATCH_PARTS_MAX = 1000;

export interface BatchText {
  readonly boundary: string;
  readonly text: string;
}

/** A `$batch` body. Throws when there are more than `BATCH_PARTS_MAX` requests: its maker promised to keep to it. */
export function batchText(parts: readonly BatchPart[]): BatchText {
  const requests = parts.flatMap((part) => part).length;
  if (requests > BATCH_PARTS_MAX) throw new Error(`Broken promise: a batch has at most ${BATCH_PARTS_MAX} requests, not ${requests}.`);
  const boundary = `batch_${randomUUID()}`;
  let number = 0;
  const sections = parts.map((part) =>
    'method' in part ? requestSection(part) : changesetSection(part.map((item) => [(number += 1), item] as const)),
  );
  return { boundary, text: enclosed(boundary, sections) };
}

function changesetSection(requests: readonly (readonly [number, BatchRequest])[]): string {
  const boundary = `changeset_${randomUUID()}`;
  const sections = requests.map(([number, request]) => requestSection(request, number));
  return lines(`Content-Type: multipart/mixed;boundary=${boundary}`, '', enclosed(boundary, sections));
}

function requestSection(request: BatchRequest, number?: number): string {
  const body = request.body === undefined ? '' : JSON.stringify(request.body);
  const type = request.body === undefined ? {} : { 'Content-Type': 'application/json' };
  return lines(
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(number === undefined ? [] : [`Content-ID: ${number}`]),
    '',
    `${request.method} ${request.at} HTTP/1.1`,
    ...Object.entries({ Accept: 'application/json', ...type, ...request.headers }).map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  );
}

function enclosed(boundary: string, sections: readonly string[]): string {
  return lines(...sections.flatMap((section) => [`--${boundary}`, section]), `--${boundary}--`, '');
}

function lines(...items: readonly string[]): string {
  return items.join('\r\n');
}
