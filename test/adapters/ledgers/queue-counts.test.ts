import Sqlite from '../../../packages/adapters/src/shared/sqlite.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { migrate } from '../../../packages/adapters/src/ledgers/sqlite/migrations.ts';
import { countQueue, followQueue } from '../../../packages/adapters/src/ledgers/sqlite/queue-counts.ts';
import { prepareQueue } from '../../../packages/adapters/src/ledgers/sqlite/queue.ts';
import { CE, FNO, sampleDelivery, sampleId } from '../../../packages/core/src/contract/ledger-samples.ts';
import { runs } from '../../kit/runs.ts';

const put = fc.record({
  record: fc.integer({ min: 1, max: 4 }).map(sampleId),
  system: fc.constantFrom(CE, FNO),
  state: fc.constantFrom('due', 'waiting', 'parked', undefined),
});
const transaction = fc.record({ puts: fc.array(put, { maxLength: 6 }), breaks: fc.boolean() });

test('the queue is counted as if it were read anew, whatever came, went or was rolled back since', () => {
  fc.assert(
    fc.property(fc.array(transaction, { maxLength: 4 }), fc.array(transaction, { maxLength: 8 }), (before, after) => {
      const db = new Sqlite(':memory:');
      migrate(db, 0);
      const enqueue = prepareQueue(db);
      const run = ({ puts, breaks }: (typeof before)[number]): void => {
        const all = db.transaction(() => {
          for (const { record, system, state } of puts) {
            enqueue(record, new Map([[system, state && sampleDelivery(record, { system, state })]]));
          }
          if (breaks) throw new Error('rolled back');
        });
        try {
          all();
        } catch (thrown) {
          expect(thrown).toMatchObject({ message: 'rolled back' });
        }
      };
      const [follow, anew] = [followQueue(db), countQueue(db)];
      const none = { due: 0, waiting: 0, parked: 0 };
      before.forEach(run);
      expect(follow()).toEqual({ ...none, ...anew() });
      for (const one of after) {
        run(one);
        expect(follow()).toEqual({ ...none, ...anew() });
      }
      db.close();
    }),
    { numRuns: runs(100) },
  );
});
