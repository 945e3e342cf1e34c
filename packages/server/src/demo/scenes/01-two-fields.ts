import { customer } from '../places.ts';
import type { Scene } from '../scene.ts';
import { HOLD_MS, since } from './since.ts';

export const twoFields: Scene = {
  title: 'Two people change one customer in the same second',
  about: 'Sales corrects the phone number while finance raises the credit limit. Where whole rows are copied, one of them is lost.',
  async play(stage, tell) {
    const place = customer('C-001002');
    const [phone, limit] = ['+1 555 0142', 30_000];
    const watch = await since(stage, place);
    const deeds = await stage.unseen(HOLD_MS, () =>
      Promise.all([stage.anna.change(place.ce, { telephone1: phone }), stage.ben.change(place.fno, { CreditLimit: limit })]),
    );
    tell.deeds(...deeds);
    tell.history(await watch.changes());

    const [ce, fno] = [await stage.anna.read(place.ce), await stage.ben.read(place.fno)];
    tell.holds('ce', ce, ['telephone1', 'creditlimit']);
    tell.holds('fno', fno, ['PrimaryContactPhone', 'CreditLimit']);
    return [
      {
        what: 'both systems have the new phone number',
        expected: [phone, phone],
        found: [ce?.['telephone1'] ?? null, fno?.['PrimaryContactPhone'] ?? null],
      },
      { what: 'and the new credit limit', expected: [limit, limit], found: [ce?.['creditlimit'] ?? null, fno?.['CreditLimit'] ?? null] },
    ];
  },
};
