import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';

/**
 * What a call may use up. A tick of fuel is about ten thousand loops or calls, counted by the interpreter: a call that takes too many is
 * stopped at the same place on every machine.
 */
const LIMITS = { fuel: 20, memoryBytes: 16_777_216, stackBytes: 131_072, wordsChars: 300 } as const;

/**
 * Some work inside the interpreter counts no ticks: the search for one long text in another, say. Whoever does not come back within so
 * long is ended with the whole thread. It is no measure, only the last resort, and long enough for a machine that has much else to do.
 */
export const CALL_MS_MAX = 3000;
/** A thread that has just begun loads the interpreter first. */
export const START_MS_MAX = 10_000;

/** A thread in which modules run. It says first that it is ready, then one answer for each input, as JSON. */
export interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** How many messages it has sent. */
  readonly sent: Int32Array<SharedArrayBuffer>;
}

export function openThread(): Thread {
  const { port1, port2 } = new MessageChannel();
  const sent = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL('../../bin/sandbox.mjs', import.meta.url), {
    workerData: { port: port2, sent, limits: LIMITS },
    transferList: [port2],
    execArgv: [],
    env: {},
  });
  // A process that has nothing else to do may end.
  worker.unref();
  port1.unref();
  return { worker, port: port1, sent };
}

/** Has a module called with each input, which is JSON. */
export function send({ port }: Thread, calls: { readonly source: string; readonly inputs: readonly string[] }): void {
  port.postMessage(calls);
}
