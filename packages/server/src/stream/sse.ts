import type { ServerResponse } from 'node:http';

/** One event of a stream (HTML, "Server-sent events"). */
export interface StreamEvent {
  /** Where a reader goes on that comes back; absent: where it was. */
  readonly id?: string;
  readonly event: string;
  readonly data: object;
}

/** Speaks to one reader. Every answer says whether it is still there. */
export interface Sse {
  send(event: StreamEvent): Promise<boolean>;
  /** Nothing happened; `id` is where it would go on. Keeps what stands in between from taking the silence for an end. */
  beat(id: string): Promise<boolean>;
  /** Says why, and ends. */
  end(why: string): void;
  readonly isOpen: boolean;
}

const HEAD = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store, no-transform',
  connection: 'close',
  // What stands in between must not gather what is told: nginx reads this.
  'x-accel-buffering': 'no',
};

/** A reader comes back after so long. */
const RETRY_MS = 2_000;

/**
 * Begins to answer. Nothing is kept for a reader beyond what its socket takes: whoever takes nothing for `slowMs` is let go, and reads on
 * from its last id when it comes back. `shown` is what it may see of something; `left` is called when it has gone.
 */
export function openSse(raw: ServerResponse, slowMs: number, shown: (data: object) => object, left: () => void = () => undefined): Sse {
  // Once a client has gone, Node 20 goes on telling that an answer can be written: what counts is that its socket was closed.
  const { socket } = raw;
  let isGone = socket?.destroyed ?? true;
  const leave = (): void => {
    isGone = true;
    left();
  };
  raw.once('close', leave);
  socket?.once('close', leave);
  if (isGone) left();
  raw.writeHead(200, HEAD);
  raw.write(`retry: ${RETRY_MS}\n\n`);

  async function write(text: string): Promise<boolean> {
    if (isGone || !raw.writable) return false;
    if (raw.write(text)) return true;
    if (await drained(raw, slowMs)) return true;
    raw.destroy();
    return false;
  }

  return {
    // JSON has no line breaks of its own.
    send: ({ id, event, data }) =>
      write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(shown(data))}\n\n`),
    beat: (id) => write(`: nothing new\nid: ${id}\n\n`),
    end(why) {
      if (raw.writable) raw.end(`: ${why}\n\n`);
    },
    get isOpen() {
      return raw.writable && !isGone;
    },
  };
}

/** Whether the socket took what was written, in time. */
function drained(raw: ServerResponse, slowMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const end = (isDrained: boolean): void => {
      clearTimeout(timer);
      raw.off('drain', onDrain).off('close', onClose);
      resolve(isDrained);
    };
    const onDrain = (): void => end(true);
    const onClose = (): void => end(false);
    const timer = setTimeout(onClose, slowMs);
    raw.once('drain', onDrain).once('close', onClose);
  });
}
