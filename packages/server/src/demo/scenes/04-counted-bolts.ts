import { bolt } from '../places.ts';
import type { Scene } from '../scene.ts';
import { HOLD_MS, pick, since } from './since.ts';

export const countedBolts: Scene = {
  title: 'One counts a delivery in, the other a sale out',
  about: 'There are 100 bolts. Ben receives 20 and writes 120; Anna sells 50 and writes 50. The last writer must not win.',
  async play(stage, tell) {
    const place = bolt('B-0001');
    const watch = await since(stage, place);
    const deeds = await stage.unseen(HOLD_MS, () =>
      Promise.all([stage.ben.change(place.fno, { BoltsOnHand: 120 }), stage.anna.change(place.ce, { abc_boltsonhand: 50 })]),
    );
    tell.deeds(...deeds);
    tell.history(await watch.changes());

    const [ce, fno] = [await stage.anna.read(place.ce), await stage.ben.read(place.fno)];
    tell.holds('ce', ce, ['abc_boltsonhand']);
    tell.holds('fno', fno, ['BoltsOnHand']);
    return [{ what: '70 bolts in both systems', expected: [70, 70], found: [...pick(ce, 'abc_boltsonhand'), ...pick(fno, 'BoltsOnHand')] }];
  },
};
