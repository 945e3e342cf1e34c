import { setTimeout as wait } from 'node:timers/promises';
import { customer } from '../places.ts';
import type { Scene } from '../scene.ts';
import { pick, since } from './since.ts';

/** Both systems keep whole seconds: after this long, the second edit is the later one for them as well. */
const NEXT_SECOND_MS = 1_050;

export const addressGroup: Scene = {
  title: 'Both move the same address, each another part of it',
  about: 'Sales changes the street, finance the ZIP code. An address with the street of one and the ZIP code of the other is nowhere.',
  async play(stage, tell) {
    const place = customer('C-001004');
    const watch = await since(stage, place);
    const [before, street, zip] = [await stage.anna.read(place.ce), '9 New Mill Lane', '07522'];
    const deeds = await stage.unseen(NEXT_SECOND_MS * 1.5, async () => {
      const first = await stage.anna.change(place.ce, { address1_line1: street });
      await wait(NEXT_SECOND_MS);
      return [first, await stage.ben.change(place.fno, { DeliveryAddressZipCode: zip })];
    });
    tell.deeds(...deeds);
    const changes = await watch.changes();
    tell.history(changes);

    const ce = pick(await stage.anna.read(place.ce), 'address1_line1', 'address1_city', 'address1_postalcode');
    const fno = pick(await stage.ben.read(place.fno), 'DeliveryAddressStreet', 'DeliveryAddressCity', 'DeliveryAddressZipCode');
    tell.holds('ce', { address: ce }, ['address']);
    tell.holds('fno', { address: fno }, ['address']);
    const [oldStreet, city, oldZip] = pick(before, 'address1_line1', 'address1_city', 'address1_postalcode');
    const listed = (await stage.rest.conflicts('settled', watch.id)).flatMap(({ losers }) => losers);
    const kept = changes.flatMap(({ resolutions }) => resolutions.flatMap(({ losers }) => losers));
    const whole = [
      [street, city, oldZip],
      [oldStreet, city, zip],
    ].some((address) => JSON.stringify(address) === JSON.stringify(ce));
    return [
      { what: 'one address won, as a whole', expected: true, found: whole },
      { what: 'both systems have it', expected: ce, found: fno },
      { what: 'the other one is in the history', expected: street, found: kept[0]?.values['street'] },
      { what: 'and under GET /v1/conflicts?state=settled', expected: street, found: listed[0]?.values['street'] },
    ];
  },
};
