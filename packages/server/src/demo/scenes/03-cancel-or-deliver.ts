import { order } from '../places.ts';
import type { Scene } from '../scene.ts';
import { told } from '../words.ts';
import { HOLD_MS, pick, since } from './since.ts';

const CANCELED = 192350007;
const DELIVERED = 192350004;
const RULING = { side: 'fno', by: 'mia', note: 'The truck had left.' };

export const cancelOrDeliver: Scene = {
  title: 'Sales cancels an order that the warehouse has just delivered',
  about: 'No rule can know which is right: the goods have left. Nobody is overruled, and a person decides.',
  async play(stage, tell) {
    const place = order('SO-000009');
    const watch = await since(stage, place);
    const deeds = await stage.unseen(HOLD_MS, () =>
      Promise.all([
        stage.anna.change(place.ce, { msdyn_processingstatus: CANCELED }),
        stage.ben.change(place.fno, { SalesOrderProcessingStatus: 'Delivered' }),
      ]),
    );
    tell.deeds(...deeds);
    tell.history(await watch.changes());
    const statuses = async () => [
      ...pick(await stage.anna.read(place.ce), 'msdyn_processingstatus'),
      ...pick(await stage.ben.read(place.fno), 'SalesOrderProcessingStatus'),
    ];
    const [waiting, meanwhile] = [await stage.rest.conflicts('held', watch.id), await statuses()];
    tell.note(`In the inbox: ${waiting.length}. Meanwhile each system keeps its own: ce ${told(meanwhile[0])}, fno ${told(meanwhile[1])}.`);

    for (const { id } of waiting) {
      await stage.rest.resolve(id, RULING);
      tell.note(`Mia decides: POST /v1/conflicts/${id}/resolve ${JSON.stringify(RULING)}`);
    }
    await stage.settled();
    const last = (await watch.changes()).filter(({ system }) => system === 'person');
    tell.history(last);
    const after = await statuses();
    tell.holds('ce', { msdyn_processingstatus: after[0] ?? null }, ['msdyn_processingstatus']);
    tell.holds('fno', { SalesOrderProcessingStatus: after[1] ?? null }, ['SalesOrderProcessingStatus']);
    return [
      { what: 'the conflict waited for a person', expected: 1, found: waiting.length },
      { what: 'nobody was overruled meanwhile', expected: [CANCELED, 'Delivered'], found: meanwhile },
      { what: "both systems show Mia's decision", expected: [DELIVERED, 'Delivered'], found: after },
      { what: 'the history names her', expected: 'mia', found: last[0]?.by },
      { what: 'the inbox is empty again', expected: 0, found: (await stage.rest.conflicts('held', watch.id)).length },
    ];
  },
};
