import { receiveMessageOnPort } from 'node:worker_threads';
import type { Deciding, Json, Ran, Sandbox } from '@concord/core';
import { CALL_MS_MAX, openThread, send, START_MS_MAX, type Thread } from './thread.ts';

/** A sandbox for a thread that must not be kept waiting. */
export interface AskedSandbox extends Sandbox {
  readonly deciding: Deciding;
}

/** Breaks off a decision: the answer of a module is needed first. */
class Unanswered extends Error {
  readonly source: string;
  readonly input: string;

  constructor(source: string, input: string) {
    super('A policy of the user was asked outside of a decision.');
    this.source = source;
    this.input = input;
  }
}

/**
 * Runs modules while the caller does something else. A decision is a pure function, so where it comes to a module of which no answer is known
 * it is broken off, the module is asked in its thread, and the decision is made again, with the answer at hand. What a module answers depends
 * on its source and input alone, so this comes to what waiting would have come to.
 */
export function askedSandbox(): AskedSandbox {
  let thread: Promise<Thread> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  /** Of the decision that is being made. */
  let known: ReadonlyMap<string, Ran> | undefined;

  /** One after another: the thread does one thing at a time, and the time of each is measured alone. */
  function ask(source: string, input: string): Promise<Ran> {
    const answer = last.then(() => call(source, input));
    last = answer;
    return answer;
  }

  async function call(source: string, input: string): Promise<Ran> {
    thread ??= opened();
    const current = await thread;
    send(current, { source, inputs: [input] });
    const told = await nextOf(current, CALL_MS_MAX);
    if (typeof told !== 'string') {
      await close();
      return { kind: 'exhausted', of: 'time' };
    }
    const answer: Ran = JSON.parse(told);
    return answer;
  }

  async function close(): Promise<void> {
    const ended = thread;
    thread = undefined;
    await (await ended)?.worker.terminate();
  }

  return {
    run: (source, inputs) =>
      inputs.map((input) => {
        const text = JSON.stringify(input);
        const answer = known?.get(keyOf(source, text));
        if (!answer) throw new Unanswered(source, text);
        return answer;
      }),
    async deciding(decide) {
      const answers = new Map<string, Ran>();
      for (;;) {
        try {
          known = answers;
          return decide();
        } catch (thrown) {
          if (!(thrown instanceof Unanswered)) throw thrown;
          const { source, input } = thrown;
          known = undefined;
          answers.set(keyOf(source, input), await ask(source, input));
        } finally {
          known = undefined;
        }
      }
    },
    close,
  };
}

function keyOf(source: string, input: Json): string {
  return JSON.stringify([source, input]);
}

async function opened(): Promise<Thread> {
  const thread = openThread();
  await nextOf(thread, START_MS_MAX);
  return thread;
}

/** What the thread says next; `undefined`: nothing, for so long. */
function nextOf({ port }: Thread, waitMs: number): Promise<unknown> {
  return new Promise((resolve) => {
    const heard = (message: unknown): void => {
      clearTimeout(timer);
      resolve(message);
    };
    // A timer that was kept waiting itself may be called before an answer that is there.
    const late = (): void => {
      port.off('message', heard);
      resolve(receiveMessageOnPort(port)?.message);
    };
    const timer = setTimeout(late, waitMs);
    port.once('message', heard);
    port.unref();
  });
}
