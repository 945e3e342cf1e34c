import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Role } from '../../packages/server/src/access/roles.ts';
import { customer, order, product } from '../../packages/server/src/demo/places.ts';
import { HOLD_MS } from '../../packages/server/src/demo/scenes/since.ts';
import { openStage, type Stage } from '../../packages/server/src/demo/stage.ts';
import { leaveWaiting } from '../../packages/server/src/demo/waiting.ts';
import { until } from '../kit/until.ts';
import { CHROMIUM, openPerson, openWay, type Look, type Person, type Way } from './browser.ts';

const CANCELED = 192350007;
const DELIVERED = 192350004;
const LONG_MS = 120_000;

describe.skipIf(CHROMIUM === undefined)('the console, in a browser, with the systems of the demo', { timeout: LONG_MS }, () => {
  let stage: Stage;
  let way: Way;
  const people: Person[] = [];
  beforeAll(async () => {
    stage = await openStage();
    await stage.settled();
    await leaveWaiting(stage);
    way = await openWay(stage.rest.url);
  }, LONG_MS);
  afterAll(async () => {
    await Promise.all(people.map((person) => person.close()));
    await way.close();
    await stage.stop();
  });

  /** Somebody who came by a link of their own. */
  async function enter(name: string, role: Role, look: Look = {}): Promise<Person> {
    const person = await openPerson(way.origin, look);
    people.push(person);
    await person.page.goto(stage.signInLink(name, role).replace(stage.rest.url, way.origin));
    await person.page.getByText(name, { exact: false }).first().waitFor();
    return person;
  }

  const statuses = async (number: string) => {
    const place = order(number);
    const [ce, fno] = [await stage.anna.read(place.ce), await stage.ben.read(place.fno)];
    return [ce?.['msdyn_processingstatus'], fno?.['SalesOrderProcessingStatus']];
  };
  /** Cancelled by one, delivered by the other. */
  async function quarrel(number: string): Promise<void> {
    const place = order(number);
    await stage.unseen(HOLD_MS, () =>
      Promise.all([
        stage.anna.change(place.ce, { msdyn_processingstatus: CANCELED }),
        stage.ben.change(place.fno, { SalesOrderProcessingStatus: 'Delivered' }),
      ]),
    );
  }

  test('a link signs in once: it is gone from the address, and the next who tries it is asked for a key', async () => {
    const link = stage.signInLink('Mia', 'admin');
    const [mia, eve] = [await openPerson(stage.rest.url), await openPerson(stage.rest.url)];
    people.push(mia, eve);
    await mia.page.goto(link);
    await mia.page.getByRole('heading', { name: /wait for a person/u }).waitFor();
    expect(mia.page.url()).toBe(`${stage.rest.url}/`);
    await eve.page.goto(link);
    await eve.page.getByText('does not sign in any more').waitFor();
    await eve.page.getByLabel('API key').fill(stage.rest.key);
    await eve.page.getByRole('button', { name: 'Sign in' }).click();
    await eve.page.getByRole('heading', { name: /wait for a person/u }).waitFor();
    expect([mia.faults, eve.faults]).toEqual([[], []]);
  });

  test('an order that was cancelled and delivered is settled by mouse: it is seen what that does, and it arrives in both systems', async () => {
    const { page, faults } = await enter('Mia', 'resolver');
    await page.getByRole('link', { name: /wait for a person/u }).click();
    await page.getByRole('link', { name: /SO-000011/u }).click();
    await page.getByText('set status to Canceled').waitFor();
    await page.getByRole('radio', { name: /Finance.*Delivered/u }).check({ force: true });
    const effects = page.locator('.effects');
    await effects.getByText('changes from Canceled to Delivered').waitFor();
    await effects.getByText('stays as it is').waitFor();
    await page.getByLabel('Note').fill('The truck had left.');
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByText('Written to every system in').waitFor();
    expect(await statuses('SO-000011')).toEqual([DELIVERED, 'Delivered']);
    const [told] = await stage.rest.conflicts('resolved');
    expect(told?.reason).toBe('Mia decided');
    expect(faults).toEqual([]);
  });

  test('and by keyboard alone; what was decided is undone, and waits again', async () => {
    const { page, faults } = await enter('Ned', 'resolver');
    await page.goto(`${way.origin}/inbox?q=SO-000014`);
    await page.getByRole('heading', { name: /SO-000014/u }).waitFor();
    await page.keyboard.press('1');
    await page.locator('.effects').getByText('changes from Delivered to Canceled').waitFor();
    await page.keyboard.press('n');
    await page.keyboard.type('They called it off.');
    await page.keyboard.press('Enter');
    await page.getByText('Written to every system in').waitFor();
    expect(await statuses('SO-000014')).toEqual([CANCELED, 'Canceled']);
    await page.getByRole('heading', { name: /SO-000014/u }).waitFor({ state: 'detached' });
    await page.keyboard.press('u');
    await page.getByText('it waits again').waitFor();
    await page
      .getByRole('link', { name: /SO-000014/u })
      .first()
      .waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('?');
    await page.getByRole('heading', { name: 'Keys' }).waitFor();
    await page.keyboard.press('Escape');
    expect(faults).toEqual([]);
  });

  test('two people on one conflict: the second sees what the first decided, and decides nothing unawares', async () => {
    await quarrel('SO-000001');
    const [one, two] = [await enter('Ned', 'resolver'), await enter('Ola', 'resolver')];
    for (const { page } of [one, two]) {
      await page.goto(`${way.origin}/inbox?q=SO-000001`);
      await page
        .getByRole('link', { name: /SO-000001/u })
        .first()
        .click();
      await page.getByRole('radio', { name: /Finance/u }).waitFor({ state: 'attached' });
    }
    await two.page.keyboard.press('1');
    await one.page.keyboard.press('2');
    await one.page.keyboard.press('Enter');
    await two.page.getByText('Ned decided').waitFor();
    await two.page.keyboard.press('Enter');
    await until(async () => ((await statuses('SO-000001'))[0] === DELIVERED ? undefined : 'not delivered'));
    expect(await statuses('SO-000001')).toEqual([DELIVERED, 'Delivered']);
    expect([one.faults, two.faults]).toEqual([[], []]);
  });

  test('many alike are decided at once, and it is seen which', async () => {
    for (const number of ['SO-000002', 'SO-000007']) await quarrel(number);
    const { page, faults } = await enter('Mia', 'resolver');
    await page.goto(`${way.origin}/inbox?q=SO-000002`);
    await page.getByText('ask the same').or(page.getByText('asks the same')).click();
    await page.getByText('Decide all of them the same way').click();
    await page.keyboard.press('2');
    await page.getByRole('button', { name: /Decide \d alike/u }).click();
    await page.getByText(/\d decided: Delivered/u).waitFor();
    await until(async () => ((await statuses('SO-000007'))[0] === DELIVERED ? undefined : 'not delivered'));
    expect(await statuses('SO-000002')).toEqual([DELIVERED, 'Delivered']);
    expect(faults).toEqual([]);
  });

  test('a value that no side has, and a deletion that is turned back', async () => {
    const { page, faults } = await enter('Mia', 'resolver');
    await page.goto(`${way.origin}/inbox?q=F1080`);
    await page.getByRole('button', { name: 'Start from Sales' }).click();
    expect(await page.getByLabel('Another value').inputValue()).toContain('lukewarm');
    await page.keyboard.press('e');
    await page.getByLabel('Another value').fill('Hand wash. Never wring.');
    await page.getByRole('button', { name: 'Decide' }).click();
    await page.getByText('Written to every system in').waitFor();
    expect((await stage.anna.read(product('F1080').ce))?.['abc_careinstructions']).toBe('Hand wash. Never wring.');
    await page.goto(`${way.origin}/inbox?q=F1180`);
    await page.getByText('set description to').waitFor();
    await page.keyboard.press('2');
    await page.locator('.effects').getByText('gets it back').waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Written to every system in').waitFor();
    expect((await stage.anna.read(product('F1180').ce))?.['description']).toBe('Back in stock from March.');
    expect(faults).toEqual([]);
  });

  test('a losing value is restored from the record, and the restoring undone', async () => {
    const place = customer('C-001003');
    const [before] = [(await stage.ben.read(place.fno))?.['OrganizationName']];
    await stage.anna.change(place.ce, { name: 'Renamed by sales' });
    await stage.settled();
    const { page, faults } = await enter('Mia', 'resolver');
    const { id } = await stage.rest.record('fno', 'customer', place.fnoKey);
    await page.goto(`${way.origin}/records/${id}`);
    await page.getByRole('button', { name: `Restore Name: ${String(before)}` }).click();
    await until(async () => ((await stage.anna.read(place.ce))?.['name'] === before ? undefined : 'not restored'));
    await page.getByRole('button', { name: 'Undo' }).click();
    await until(async () => ((await stage.ben.read(place.fno))?.['OrganizationName'] === 'Renamed by sales' ? undefined : 'not undone'));
    expect(faults).toEqual([]);
  });

  test('a connection that is lost is told, and what came meanwhile is there once it is back', async () => {
    const { page } = await enter('Mia', 'resolver');
    await page.goto(`${way.origin}/inbox`);
    await page.getByRole('heading', { name: 'Inbox' }).waitFor();
    way.cut();
    await page.getByText('The connection to Concord is lost').waitFor();
    await quarrel('SO-000003');
    way.mend();
    await page
      .getByRole('link', { name: /SO-000003/u })
      .first()
      .waitFor();
    await page.getByText('The connection to Concord is lost').waitFor({ state: 'detached' });
    expect(
      await page
        .getByRole('link', { name: /SO-000003/u })
        .first()
        .isVisible(),
    ).toBe(true);
  });

  test('a session that ends asks for a key, and goes on at the same place', async () => {
    const { page, context } = await enter('Mia', 'resolver');
    await page.goto(`${way.origin}/records?entity=customer`);
    const customers = page.getByRole('link', { name: /C-00100/u });
    await customers.first().waitFor();
    await context.clearCookies();
    // Whatever the page asks next says that the session is over; at the latest when it catches up.
    way.cut();
    way.mend();
    await page.getByText('Your session has ended').waitFor();
    await page.getByLabel('API key').fill(stage.rest.key);
    await page.keyboard.press('Enter');
    await customers.first().waitFor();
    expect(page.url()).toBe(`${way.origin}/records?entity=customer`);
  });

  test('a reader sees what is, and no button that would be refused; an operator those of the flow', async () => {
    const reader = await enter('Rea', 'reader');
    await reader.page.goto(`${way.origin}/inbox`);
    await reader.page.getByText('takes the role of a resolver').waitFor();
    expect(await reader.page.getByRole('button', { name: /Decide|Later/u }).count()).toBe(0);
    await reader.page.goto(`${way.origin}/maps/customer`);
    await reader.page.getByText('Nothing waits to be written').first().waitFor();
    expect(await reader.page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
    const { page } = await enter('Opa', 'operator');
    await page.goto(`${way.origin}/maps/feedback`);
    await page.getByRole('button', { name: 'Pause' }).first().click();
    await page.getByText('It is paused').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('It is paused').waitFor({ state: 'detached' });
    expect(reader.faults).toEqual([]);
  });
});
