import { customer } from '../places.ts';
import type { Scene } from '../scene.ts';
import { HOLD_MS, pick, since } from './since.ts';

export const deletedWhileEdited: Scene = {
  title: 'Finance deletes a customer that sales is working on',
  about: 'The configuration says `delete: update-wins` for customers: one that somebody still edits lives on, everywhere.',
  async play(stage, tell) {
    const place = customer('C-001011');
    const watch = await since(stage, place);
    const phone = '+49 30 555 0111';
    const before = await stage.ben.read(place.fno);
    const deeds = await stage.unseen(HOLD_MS, () =>
      Promise.all([stage.ben.remove(place.fno), stage.anna.change(place.ce, { telephone1: phone })]),
    );
    tell.deeds(...deeds);
    const changes = await watch.changes();
    tell.history(changes);

    const [ce, fno, record] = [
      await stage.anna.read(place.ce),
      await stage.ben.read(place.fno),
      await stage.rest.record('fno', place.entity, place.fnoKey),
    ];
    tell.holds('ce', ce, ['name', 'telephone1', 'creditlimit']);
    tell.holds('fno', fno, ['OrganizationName', 'PrimaryContactPhone', 'CreditLimit']);
    const losers = changes.flatMap(({ resolutions }) => resolutions.flatMap(({ losers: lost }) => lost));
    return [
      {
        what: 'it lives on in both systems',
        expected: ['live', phone, phone],
        found: [record.state, ...pick(ce, 'telephone1'), ...pick(fno, 'PrimaryContactPhone')],
      },
      {
        what: 'with the credit limit and the currency that it had',
        expected: pick(before, 'CreditLimit', 'SalesCurrencyCode'),
        found: pick(fno, 'CreditLimit', 'SalesCurrencyCode'),
      },
      { what: 'under the same name', expected: pick(ce, 'name'), found: pick(fno, 'OrganizationName') },
      {
        what: 'the deletion is in the history as what lost',
        expected: ['fno', 'deleted'],
        found: [losers[0]?.system ?? null, losers[0]?.values['$life'] ?? null],
      },
    ];
  },
};
