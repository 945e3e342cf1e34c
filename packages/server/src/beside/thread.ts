// The inside of a thread beside the one that serves: `desk.ts` begins it.
import { parentPort, workerData } from 'node:worker_threads';
import { quickjsSandbox } from '@concord/adapters';
import { must, type LabLedger } from '@concord/core';
import { errorOf, failureOf } from './failure.ts';
import type { Read, Sent, Told } from './messages.ts';
import { openWorks, type Given } from './works.ts';

const port = must(parentPort ?? undefined, 'this runs in a thread');
const given: Given = workerData;
const awaited: ((answer: Exclude<Sent<never>, { readonly kind: 'work' }>) => void)[] = [];

function say(told: Told<unknown>): void {
  port.postMessage(told);
}

/** Answers come in the order in which they were asked for. */
function rowsOf(read: Read): Promise<never> {
  say({ kind: 'read', read });
  return new Promise((resolve, reject) => {
    awaited.push((answer) => (answer.kind === 'rows' ? resolve(answer.rows) : reject(errorOf(answer))));
  });
}

const ledger: LabLedger = {
  record: (...ask) => rowsOf({ what: 'record', ask }),
  records: (...ask) => rowsOf({ what: 'records', ask }),
  changes: (...ask) => rowsOf({ what: 'changes', ask }),
  conflicts: (...ask) => rowsOf({ what: 'conflicts', ask }),
  failures: (...ask) => rowsOf({ what: 'failures', ask }),
  counts: (...ask) => rowsOf({ what: 'counts', ask }),
};

const works = openWorks(given, ledger, quickjsSandbox());

port.on('message', (sent: Sent<never>) => {
  if (sent.kind !== 'work') return awaited.shift()?.(sent);
  void doWork(sent).then(
    (answer) => say({ kind: 'done', answer }),
    (thrown: unknown) => say({ kind: 'failed', ...failureOf(thrown) }),
  );
});

async function doWork({ name, ask }: Extract<Sent<never>, { readonly kind: 'work' }>): Promise<unknown> {
  return works[name](ask);
}
