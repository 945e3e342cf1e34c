import { customer, product } from '../places.ts';
import type { HealthTold } from '../rest.ts';
import type { Scene } from '../scene.ts';
import { pick, since } from './since.ts';

const [COLUMN, RENAMED] = ['websiteurl', 'abc_website'];

export const renamedColumn: Scene = {
  title: 'Somebody renames a column in Dataverse',
  about: 'A column that is gone must not be read as "everybody has emptied it". The map says what is wrong and waits; all others go on.',
  async play(stage, tell) {
    const [place, fabric] = [customer('C-001007'), product('F1000')];
    const watch = await since(stage, place);
    const website = pick(await stage.ben.read(place.fno), 'PrimaryContactURL');
    stage.ce.changeSchema({ kind: 'rename', set: 'accounts', column: COLUMN, to: RENAMED });
    tell.note(`accounts.${COLUMN} is now called ${RENAMED}.`);
    const [phone, email, words] = ['+44 20 7946 0107', 'office@linden.example', 'Linen from Kortrijk, by the metre.'];
    tell.deeds(
      await stage.anna.change(place.ce, { telephone1: phone }),
      await stage.ben.change(place.fno, { PrimaryContactEmail: email }),
      await stage.ben.change(fabric.fno, { ProductDescription: words }),
    );
    const mapOf = ({ maps }: HealthTold) => maps.find(({ system, entity }) => system === 'ce' && entity === 'customer');
    await stage.until('the map is reported as drifted', async () => mapOf(await stage.rest.health())?.state === 'drifted');
    await stage.until('the product goes through', async () => (await stage.anna.read(fabric.ce))?.['description'] === words);
    const health = await stage.rest.health();
    const drifted = mapOf(health);
    const live = health.maps.filter(({ state }) => state === 'live').length;
    tell.note(`GET /healthz: customer in ce is ${drifted?.state}: ${drifted?.words ?? ''}`);
    tell.note(`The other ${live} maps are live; the product is in CE already.`);
    const [meanwhile, kept] = [
      pick(await stage.ben.read(place.fno), 'PrimaryContactURL'),
      await stage.rest.record('fno', 'customer', place.fnoKey),
    ];

    stage.ce.changeSchema({ kind: 'rename', set: 'accounts', column: RENAMED, to: COLUMN });
    tell.note(`The column is called ${COLUMN} again.`);
    await stage.until('the map is live again', async () => mapOf(await stage.rest.health())?.state === 'live');
    await stage.settled();
    tell.history(await watch.changes());
    const [ce, fno] = [await stage.anna.read(place.ce), await stage.ben.read(place.fno)];
    tell.holds('ce', ce, [COLUMN, 'telephone1', 'emailaddress1']);
    tell.holds('fno', fno, ['PrimaryContactURL', 'PrimaryContactPhone', 'PrimaryContactEmail']);
    return [
      {
        what: 'the map was drifted, and the reason named the column',
        expected: ['drifted', true],
        found: [drifted?.state ?? null, drifted?.words?.includes(COLUMN) ?? false],
      },
      { what: 'every other map went on', expected: health.maps.length - 1, found: live },
      {
        what: 'nothing was emptied meanwhile',
        expected: [website, website[0] ?? null],
        found: [meanwhile, kept.values['website'] ?? null],
      },
      {
        what: 'what was edited meanwhile is in both systems',
        expected: [phone, email, phone, email],
        found: [...pick(ce, 'telephone1', 'emailaddress1'), ...pick(fno, 'PrimaryContactPhone', 'PrimaryContactEmail')],
      },
      { what: 'and so is the website', expected: [website, website], found: [pick(ce, COLUMN), pick(fno, 'PrimaryContactURL')] },
    ];
  },
};
