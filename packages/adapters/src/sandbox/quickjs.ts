import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { Json, Ran, Sandbox } from '@concord/core';

/**
 * What a call may use up. A tick of fuel is about ten thousand loops or calls, counted by the interpreter: a call that takes too many is
 * stopped at the same place on every machine.
 */
const LIMITS = { fuel: 20, memoryBytes: 16_777_216, stackBytes: 131_072, wordsChars: 300 } as const;

/**
 * Some work inside the interpreter counts no ticks: the search for one long text in another, say. Whoever does not come back within so
 * long is ended with the whole thread. It is no measure, only the last resort.
 */
const CALL_MS_MAX = 1000;
/** A thread that has just begun takes longer. */
const START_MS_MAX = 10_000;
/** Inputs sent at a time. */
const INPUTS_MAX = 16;

interface Thread {
  readonly worker: Worker;
  readonly port: MessagePort;
  /** Zero until the answers were sent. */
  readonly signal: Int32Array<SharedArrayBuffer>;
}

/** Runs modules in QuickJS, compiled to WebAssembly, in a thread of its own that the caller waits for. */
export function quickjsSandbox(): Sandbox {
  let thread: Thread | undefined;

  function runSome(source: string, inputs: readonly string[]): readonly Ran[] {
    const isNew = thread === undefined;
    thread ??= openThread();
    const { port, signal } = thread;
    Atomics.store(signal, 0, 0);
    port.postMessage({ source, inputs });
    const waitMs = CALL_MS_MAX * inputs.length + (isNew ? START_MS_MAX : 0);
    if (Atomics.wait(signal, 0, 0, waitMs) === 'timed-out') return giveUp(inputs);
    const told: unknown = receiveMessageOnPort(port)?.message;
    if (typeof told !== 'string') return giveUp(inputs);
    const answers: readonly Ran[] = JSON.parse(told);
    return answers;
  }

  function giveUp(inputs: readonly string[]): readonly Ran[] {
    void thread?.worker.terminate();
    thread = undefined;
    return inputs.map(() => ({ kind: 'exhausted', of: 'time' }));
  }

  return {
    run(source, inputs) {
      const answers: Ran[] = [];
      for (let from = 0; from < inputs.length; from += INPUTS_MAX) {
        answers.push(...runSome(source, inputs.slice(from, from + INPUTS_MAX).map(written)));
      }
      return answers;
    },
    async close() {
      await thread?.worker.terminate();
      thread = undefined;
    },
  };
}

function written(input: Json): string {
  return JSON.stringify(input);
}

function openThread(): Thread {
  const { port1, port2 } = new MessageChannel();
  const signal = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const worker = new Worker(new URL('../../bin/sandbox.mjs', import.meta.url), {
    workerData: { port: port2, signal, limits: LIMITS },
    transferList: [port2],
    execArgv: [],
    env: {},
  });
  // A process that has nothing else to do may end.
  worker.unref();
  port1.unref();
  return { worker, port: port1, signal };
}
