import { Worker, type MessagePort } from 'node:worker_threads';
import { ConcordError, type LabLedger } from '@concord/core';
import { errorOf, failureOf } from './failure.ts';
import type { Read, Sent, Told } from './messages.ts';
import type { Given, Works } from './works.ts';

/** What one piece of work may use up, and how many may wait. */
export interface DeskLimits {
  /** What it is called in answers: `The laboratory`. */
  readonly name: string;
  readonly seconds: number;
  readonly megabytes: number;
  /** So many may wait behind the one that is being done. */
  readonly waiting: number;
}

type Ask<Name extends keyof Works> = Parameters<Works[Name]>[0];
type Answer<Name extends keyof Works> = Works[Name] extends (ask: never) => Promise<infer Told> ? Told : never;

/** A thread beside the one that serves, on which one piece of work lies at a time. */
export interface Desk {
  /**
   * Has something done. `gone`: nobody waits for it any more, and it is ended. Throws WORK_BUSY, WORK_LONG or WORK_LARGE where a limit was
   * met, and what the work itself throws.
   */
  work<Name extends keyof Works>(name: Name, ask: Ask<Name>, gone?: AbortSignal): Promise<Answer<Name>>;
  close(): Promise<void>;
}

// A thread begins with a file that can run as it is: from the sources as well, it is the one that was built.
const THREAD = new URL('../../dist/beside/thread.js', import.meta.url);
const LARGE = 'ERR_WORKER_OUT_OF_MEMORY';

/** The thread begins with the first work, and is ended when a limit was met: the next work has another one. */
export function openDesk(given: Given, ledger: LabLedger, { name: who, seconds, megabytes, waiting }: DeskLimits): Desk {
  let thread: Worker | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let taken = 0;

  function opened(): Worker {
    if (thread) return thread;
    const begun = new Worker(THREAD, { workerData: given, execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: megabytes } });
    // What a thread says that was given up is nobody's news; one that has ended is not asked again.
    begun.on('error', () => undefined).on('exit', () => void (thread === begun && (thread = undefined)));
    begun.unref();
    thread = begun;
    return begun;
  }

  async function close(): Promise<void> {
    const ended = thread?.terminate();
    thread = undefined;
    await ended;
  }

  function carryOut<Name extends keyof Works>(name: Name, ask: Ask<Name>, gone: AbortSignal | undefined): Promise<Answer<Name>> {
    const current = opened();
    // Reads are answered one after another, in the order in which they were asked for.
    let reads: Promise<unknown> = Promise.resolve();
    return new Promise<Answer<Name>>((resolve, reject) => {
      const over = (): void => {
        clearTimeout(timer);
        gone?.removeEventListener('abort', left);
        current.off('message', hear).off('error', broke).off('exit', left);
      };
      const fail = (error: Error): void => {
        over();
        if (thread === current) void close();
        reject(error);
      };
      const hear = (told: Told<Answer<Name>>): void => {
        if (told.kind === 'read') {
          reads = reads.then(() => answer(current, ledger, told.read));
          return;
        }
        over();
        if (told.kind === 'done') resolve(told.answer);
        else reject(errorOf(told));
      };
      const broke = (error: Error): void =>
        fail('code' in error && error.code === LARGE ? new ConcordError('WORK_LARGE', { who, megabytes }) : error);
      const left = (): void => fail(new ConcordError('WORK_LEFT', { who }));
      const timer = setTimeout(() => fail(new ConcordError('WORK_LONG', { who, seconds })), seconds * 1000);
      gone?.addEventListener('abort', left);
      current.on('message', hear).on('error', broke).on('exit', left);
      say(current, { kind: 'work', name, ask });
    });
  }

  return {
    work(name, ask, gone) {
      if (taken > waiting) return Promise.reject(new ConcordError('WORK_BUSY', { who, most: waiting + 1 }));
      taken += 1;
      const mine = last.then(() => {
        if (gone?.aborted) throw new ConcordError('WORK_LEFT', { who });
        return carryOut(name, ask, gone);
      });
      last = mine.catch(() => undefined);
      return mine.finally(() => {
        taken -= 1;
      });
    },
    close,
  };
}

function say(port: Pick<MessagePort, 'postMessage'>, sent: Sent<unknown>): void {
  port.postMessage(sent);
}

async function answer(to: Worker, ledger: LabLedger, read: Read): Promise<void> {
  const sent: Sent<unknown> = await rowsIn(ledger, read).then(
    (rows) => ({ kind: 'rows' as const, rows }),
    (thrown: unknown) => ({ kind: 'unread' as const, ...failureOf(thrown) }),
  );
  say(to, sent);
}

function rowsIn(ledger: LabLedger, read: Read): Promise<unknown> {
  switch (read.what) {
    case 'record':
      return ledger.record(...read.ask);
    case 'records':
      return ledger.records(...read.ask);
    case 'changes':
      return ledger.changes(...read.ask);
    case 'conflicts':
      return ledger.conflicts(...read.ask);
    case 'failures':
      return ledger.failures(...read.ask);
    case 'counts':
      return ledger.counts();
  }
}
