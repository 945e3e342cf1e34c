import { receiveMessageOnPort } from 'node:worker_threads';
import type { Json, Ran, Sandbox } from '@concord/core';
import { CALL_MS_MAX, openThread, send, START_MS_MAX, type Thread } from './thread.ts';

/** Inputs sent at a time. */
const INPUTS_MAX = 16;
const TIMED_OUT: Ran = { kind: 'exhausted', of: 'time' };

/** Runs modules in QuickJS, compiled to WebAssembly, in a thread of its own that the caller waits for: for callers that may be kept waiting. */
export function quickjsSandbox(): Sandbox {
  let thread: Thread | undefined;
  let heard = 0;

  /** What the thread says next; `undefined`: nothing, for so long. */
  function next({ port, sent }: Thread, waitMs: number): unknown {
    if (Atomics.wait(sent, 0, heard, waitMs) === 'timed-out') return undefined;
    heard += 1;
    return receiveMessageOnPort(port)?.message;
  }

  function ready(): Thread | undefined {
    if (thread) return thread;
    heard = 0;
    thread = openThread();
    return next(thread, START_MS_MAX) === undefined ? undefined : thread;
  }

  /** As many answers as come: behind one that does not, there are none. */
  function runSome(source: string, inputs: readonly string[]): readonly Ran[] {
    const running = ready();
    const answers: Ran[] = [];
    if (running) send(running, { source, inputs });
    while (answers.length < inputs.length) {
      const told = running && next(running, CALL_MS_MAX);
      if (typeof told !== 'string') break;
      const answer: Ran = JSON.parse(told);
      answers.push(answer);
    }
    if (answers.length < inputs.length) void close();
    return answers;
  }

  async function close(): Promise<void> {
    const ended = thread?.worker.terminate();
    thread = undefined;
    await ended;
  }

  return {
    run(source, inputs) {
      const answers: Ran[] = [];
      for (let from = 0; from < inputs.length; from += INPUTS_MAX) {
        answers.push(...runSome(source, inputs.slice(from, from + INPUTS_MAX).map(written)));
        // One that did not come back is told so; the others are not waited for one after another.
        if (answers.length < Math.min(from + INPUTS_MAX, inputs.length)) return inputs.map((_input, index) => answers[index] ?? TIMED_OUT);
      }
      return answers;
    },
    close,
  };
}

function written(input: Json): string {
  return JSON.stringify(input);
}
