import { brokeOf, type Clock, type Ids, type Log } from '@concord/core';
import type { Logger } from 'pino';
import { maskedForLog, type Sensitive } from './access/mask.ts';
import { newRecordId } from './record-ids.ts';

/** The machine's clock. */
export const clock: Clock = {
  nowMs: Date.now,
  sleep: (ms, wakers) =>
    new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        for (const off of offs) off();
        resolve();
      };
      const timer = setTimeout(wake, ms);
      const offs = wakers.map((waker) => waker.onRing(wake));
    }),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
};

export const ids: Ids = { record: () => newRecordId(Date.now()), fraction: Math.random };

/** The log, in which errors stand without their messages: those may quote what they broke over. */
export function withoutValues(logger: Logger): Logger {
  return logger.child({}, { serializers: { err: brokeOf } });
}

/** Whoever reads a log has no key: what quotes a sensitive value, or may, is not in it. */
export function logTo(logger: Logger, sensitive: Sensitive): Log {
  return { event: (name, fields) => logger.info(maskedForLog(sensitive, fields), name) };
}
