import type { Json } from '@concord/core';
import { must } from '@concord/core';
import type { BatchRequest } from './batch-text.ts';
import { readReply } from './client.ts';
import type { ODataClient, WriteReply } from './client.ts';
import type { Reply } from './reply.ts';

/** So many requests may be gathered: when a batch is lost, each of its rows must be read. */
export const GATHERED_MAX = 200;

interface Waiting {
  readonly request: BatchRequest;
  readonly alone: () => Promise<WriteReply>;
  readonly done: (reply: WriteReply) => void;
  readonly failed: (cause: unknown) => void;
}

/**
 * Sends reads of single rows, and writes, that are asked for at about the same time in one `$batch` at `at`, `partsMax` at the most; each is done and answered
 * by itself. A service counts requests: what would be thousands is tens. When no answer comes, nobody knows of any part whether it was done.
 */
export function gathering(client: ODataClient, at: string, partsMax: number): ODataClient {
  if (partsMax < 2) return client;
  const base = new URL(client.root).pathname.replace(/\/$/, '');
  let waiting: Waiting[] = [];

  async function send(batch: readonly Waiting[]): Promise<readonly WriteReply[]> {
    const [only] = batch;
    if (only && batch.length === 1) return [await only.alone()];
    const requests = batch.map(({ request }) => request);
    const reply = await client.batch(at, requests);
    return batch.map((_part, index) => (reply.kind === 'parts' ? partOf(reply.parts[index]) : reply));
  }

  async function flush(): Promise<void> {
    const batch = waiting;
    waiting = [];
    try {
      const replies = await send(batch);
      for (const [index, { done }] of batch.entries()) done(must(replies[index], 'an answer for each'));
    } catch (cause) {
      // A client throws nothing; a defect must be heard of by whoever waits.
      for (const { failed } of batch) failed(cause);
    }
  }

  function gather(request: BatchRequest, alone: () => Promise<WriteReply>): Promise<WriteReply> {
    return new Promise((done, failed) => {
      waiting.push({ request, alone, done, failed });
      if (waiting.length >= partsMax) void flush();
      else if (waiting.length === 1) setImmediate(() => void (waiting.length > 0 && flush()));
    });
  }

  return {
    ...client,
    async get(place, headers = {}) {
      if (!isRow(place)) return client.get(place, headers);
      return readReply(await gather({ method: 'GET', at: `${base}/${place}`, headers }, () => client.get(place, headers)));
    },
    write: (method, place, headers, body) =>
      gather({ method, at: `${base}/${place}`, headers, ...(body === undefined ? {} : { body: jsonOf(body) }) }, () =>
        client.write(method, place, headers, body),
      ),
  };
}

/** A page may be large, and a link that the service gave is not ours to take apart. */
function isRow(place: string): boolean {
  return /^[\w/]+\(.+\)(?:\?|$)/.test(place);
}

function partOf(part: Reply | undefined): WriteReply {
  if (part === undefined) return { kind: 'lost', words: 'the batch was answered without this part of it' };
  return part.kind === 'unauthorised' ? { kind: 'denied', words: part.words } : part;
}

function jsonOf(body: unknown): Json {
  return must<Json>(JSON.parse(JSON.stringify(body)), 'a body is JSON');
}
