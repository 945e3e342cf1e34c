import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { order } from '../../packages/server/src/demo/places.ts';
import { openStage, type Stage } from '../../packages/server/src/demo/stage.ts';
import { leaveWaiting } from '../../packages/server/src/demo/waiting.ts';
import { CHROMIUM, openPerson, type Look, type Person } from './browser.ts';

const LONG_MS = 120_000;
/** Kept beside the page that shows them: `SCREENSHOTS=1 npx vitest run test/console/pages.test.ts`. */
const KEPT = process.env['SCREENSHOTS'] === undefined ? undefined : join(import.meta.dirname, '../../docs/console');

const SHOWN = new Set([
  'overview light',
  'inbox light',
  'inbox-text dark',
  'inbox on a phone',
  'record light',
  'record dark',
  'maps light',
  'set-aside light',
]);

const LOOKS: readonly (readonly [string, Look])[] = [
  ['light', {}],
  ['dark', { dark: true }],
  ['on a phone', { phone: true }],
  ['on a phone, dark', { phone: true, dark: true }],
];

describe.skipIf(CHROMIUM === undefined)('each page of the console', { timeout: LONG_MS }, () => {
  let stage: Stage;
  let record = '';
  beforeAll(async () => {
    stage = await openStage();
    await stage.settled();
    await leaveWaiting(stage);
    const place = order('SO-000004');
    record = (await stage.rest.record('fno', 'salesOrder', place.fnoKey)).id;
  }, LONG_MS);
  afterAll(() => stage.stop());

  async function enter(look: Look): Promise<Person> {
    const person = await openPerson(stage.rest.url, look);
    await person.page.goto(stage.signInLink('Mia', 'admin'));
    await person.page.getByRole('navigation', { name: 'Pages' }).waitFor();
    return person;
  }

  const pages = (): readonly (readonly [name: string, path: string, heading: RegExp])[] => [
    ['overview', '/', /wait for a person/u],
    ['inbox', `/inbox/${encodeURIComponent(heldOf(record))}`, /SO-000004/u],
    ['inbox-text', '/inbox?q=F1080', /Inbox|F1080/u],
    ['record', `/records/${record}`, /SO-000004/u],
    ['records', '/records?entity=customer', /Records/u],
    ['set-aside', '/work', /Set aside/u],
    ['maps', '/maps/salesOrder', /Maps/u],
  ];
  const heldOf = (id: string): string => held.find((conflict) => conflict.record === id)?.id ?? '';
  let held: Awaited<ReturnType<Stage['rest']['conflicts']>> = [];

  test.each(LOOKS)('is read by everybody, %s: axe finds nothing, nothing is wider than the screen', async (title, look) => {
    held = await stage.rest.conflicts('held');
    const { page, faults, close } = await enter(look);
    const found: string[] = [];
    for (const [name, path, heading] of pages()) {
      await page.goto(`${stage.rest.url}${path}`);
      await page.getByRole('heading', { name: heading }).first().waitFor();
      await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      const { violations } = await new AxeBuilder({ page }).analyze();
      found.push(
        ...violations.map(
          ({ id, nodes }) =>
            `${name}: ${id} ${nodes
              .map(({ target }) => target.join(' '))
              .slice(0, 3)
              .join(' | ')}`,
        ),
      );
      const wider = await page.evaluate(
        "Math.max(...['html', 'main'].map((name) => document.querySelector(name)).map((one) => one.scrollWidth - one.clientWidth))",
      );
      if (Number(wider) > 0) found.push(`${name}: ${String(wider)} pixels too wide`);
      if (KEPT !== undefined && SHOWN.has(`${name} ${title}`)) {
        mkdirSync(KEPT, { recursive: true });
        await page.screenshot({ path: join(KEPT, `${name}-${title.replaceAll(/\W+/gu, '-')}.png`) });
      }
    }
    await close();
    expect([found, faults]).toEqual([[], []]);
  });

  test('signing in as well', async () => {
    const { page, close } = await openPerson(stage.rest.url);
    await page.goto(stage.rest.url);
    await page.getByRole('heading', { name: 'Sign in to Concord' }).waitFor();
    const { violations } = await new AxeBuilder({ page }).analyze();
    await close();
    expect(violations.map(({ id }) => id)).toEqual([]);
  });

  test('loads less than 250 KB of compressed script, from nowhere else, and runs no other', async () => {
    const { page, close } = await openPerson(stage.rest.url);
    await page.goto(stage.signInLink('Mia', 'reader'));
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    const bytes = Number(
      await page.evaluate(
        "performance.getEntriesByType('resource').filter(({ name }) => name.endsWith('.js')).reduce((sum, one) => sum + one.encodedBodySize, 0)",
      ),
    );
    const answer = await fetch(stage.rest.url);
    await close();
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(250_000);
    expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'; /u);
  });
});
