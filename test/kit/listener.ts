import { AS_ADMIN } from './key.ts';
import { until } from './until.ts';
import type { JsonObject } from '@concord/core';

/** One event as a reader gets it. */
export interface Heard {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: JsonObject;
}

/** A reader of the stream. */
export interface Listener {
  readonly status: number;
  readonly heard: readonly Heard[];
  /** Everything that was said, comments and all. */
  text(): string;
  /** The id that it would come back with. */
  lastId(): string;
  /** Waits until it has heard something. */
  hears(what: (heard: Heard) => boolean): Promise<Heard>;
  /** Whether the other end has ended it. */
  hasEnded(): boolean;
  leave(): void;
}

/** Opens a stream, and reads until it is told to leave. */
export async function listen(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Listener> {
  const leaving = new AbortController();
  const answer = await fetch(url, { headers: { ...AS_ADMIN, ...headers }, signal: leaving.signal });
  const heard: Heard[] = [];
  let [all, rest, lastId, ended] = ['', '', headers['last-event-id'] ?? '', false];

  function take(block: string): void {
    const fields = new Map(block.split('\n').map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]));
    lastId = fields.get('id') ?? lastId;
    const event = fields.get('event');
    if (event !== undefined) heard.push({ id: fields.get('id'), event, data: JSON.parse(fields.get('data') ?? '{}') });
  }

  async function read(): Promise<void> {
    for await (const bytes of answer.body ?? []) {
      const text = new TextDecoder().decode(bytes);
      all += text;
      const blocks = `${rest}${text}`.split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) take(block);
    }
  }
  void read()
    .catch(() => undefined)
    .finally(() => {
      ended = true;
    });

  return {
    status: answer.status,
    heard,
    text: () => all,
    lastId: () => lastId,
    async hears(what) {
      await until(() => (heard.some(what) ? undefined : `heard only ${JSON.stringify(heard.slice(-5))}`), 20_000);
      const found = heard.find(what);
      if (!found) throw new Error('It was heard, and is not there.');
      return found;
    },
    hasEnded: () => ended,
    leave: () => leaving.abort(),
  };
}
