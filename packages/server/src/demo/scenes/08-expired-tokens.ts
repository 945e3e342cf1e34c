import { customer } from '../places.ts';
import type { Scene } from '../scene.ts';
import { pick, since } from './since.ts';
import { concordWrites } from './writes.ts';

export const expiredTokens: Scene = {
  title: 'The change feed of CE forgets where Concord was',
  about: 'Dataverse keeps delta tokens for seven days. After that everything is listed again, and a listing must not look like news.',
  async play(stage, tell) {
    const place = customer('C-001009');
    const watch = await since(stage, place);
    const [before, expiredBefore, website] = [
      await stage.rest.health(),
      stage.events('cursor expired'),
      'https://old-quarter.example/shop',
    ];
    for (const system of [stage.ce, stage.fno]) system.resetStats();
    stage.ce.expireDeltaTokens();
    tell.deeds(await stage.anna.change(place.ce, { websiteurl: website }));
    // A hook that does not say what it is about makes every feed be pulled.
    await fetch(`${stage.rest.url}/hooks/ce`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });
    await stage.settled();
    const after = await stage.rest.health();
    const [expired, maps] = [stage.events('cursor expired') - expiredBefore, before.maps.filter(({ system }) => system === 'ce').length];
    const [writes, versions] = [
      { ce: concordWrites(stage.ce), fno: concordWrites(stage.fno) },
      after.ledger.changes - before.ledger.changes,
    ];
    tell.note(`${expired} of ${maps} feeds were too old and were listed again, ${after.ledger.records} records in all.`);
    tell.note(`Versions added: ${versions}. Writes of Concord: ${writes.ce} to ce, ${writes.fno} to fno.`);
    tell.history(await watch.changes());
    const fno = await stage.ben.read(place.fno);
    tell.holds('fno', fno, ['PrimaryContactURL']);
    return [
      { what: 'every feed was listed again', expected: maps, found: expired },
      { what: "only Anna's edit made a version", expected: 1, found: versions },
      { what: 'and a write', expected: { ce: 0, fno: 1 }, found: writes },
      { what: 'which is in F&O', expected: [website], found: pick(fno, 'PrimaryContactURL') },
    ];
  },
};
