import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keyOf } from '../kit/key.ts';
import { SECRETS } from '../kit/town-config.ts';
import { openTown, recordOf, untilEqual, whileApart, type Town } from '../kit/town.ts';
import { runInside } from '../kit/run-inside.ts';
import { runCommand } from '../server/command.ts';

const CUSTOMERS = 5;
/** What the other policies say: of two names, the one of sales stands. */
const OTHER = 'entities: { customer: { fields: { name: { policy: { prefer: ce } } } } }\n';

let town: Town;
let place: (name: string) => string;
let env: Readonly<Record<string, string>> & { readonly CONCORD_KEY: string };
let running: string;
/** What was answered while the sidecar ran. */
let asked: readonly Awaited<ReturnType<typeof runCommand>>[];
/** The same by command, of those that were asked one after another. */
const askedThere = new Map<string, Awaited<ReturnType<typeof runInside>>>();

beforeAll(async () => {
  town = await openTown(CUSTOMERS);
  place = (name) => join(dirname(town.ledgerFile), name);
  env = { ...SECRETS, CE_URL: town.ce.url, FNO_URL: town.fno.url, CONCORD_KEY: keyOf('admin') };
  writeFileSync(place('other.yaml'), OTHER);
  writeFileSync(place('wrong.yaml'), OTHER.replace('prefer', 'preferr'));
  const sidecar = await town.startOutside();
  running = sidecar.url;
  await untilEqual(town, sidecar.url);
  // One is about one field, the other about two.
  await whileApart(town, async () => {
    await town.anna.edit('C-00001', { name: 'Sales Ltd' });
    await town.ben.edit('C-00001', { OrganizationName: 'Finance Ltd' });
    await town.anna.edit('C-00002', { telephone1: '+1 555 0142' });
    await town.ben.edit('C-00002', { PrimaryContactEmail: 'new@example.com' });
  });
  await untilEqual(town, sidecar.url);
  // While it runs, only it can be asked.
  asked = await Promise.all([
    labOutside('replay', '--preset', 'dual-write', '--url', sidecar.url),
    labOutside('replay', '--preset', 'dual-write', ...config()),
    labOutside('prove', '--all', ...config()),
  ]);
  const there = ['--url', sidecar.url] as const;
  const { CONCORD_KEY: _key, ...keyless } = env;
  askedThere.set('lint without a key', await runInside(['lab', 'lint', ...there], keyless));
  askedThere.set('lint with another key', await runInside(['lab', 'lint', ...there], { ...env, CONCORD_KEY: 'concord_of_elsewhere' }));
  for (const args of [
    ['prove', '--all'],
    ['lint'],
    ['forecast', '--lag', '60'],
    ['suggest'],
    ['replay', '--policies', place('wrong.yaml')],
    ['apply', '--policies', place('other.yaml'), '--by', 'Mia'],
  ]) {
    const [command = '', ...more] = args;
    askedThere.set(command, await lab(command, ...more, ...there));
  }
  await sidecar.end('SIGTERM');
}, 90_000);
afterAll(() => town.close());

function lab(command: string, ...args: readonly string[]) {
  return runInside(['lab', command, ...args], env);
}

/** As users run it, in a process of its own. */
function labOutside(command: string, ...args: readonly string[]) {
  return runCommand(['lab', command, ...args], env);
}

const config = () => ['--config', place('concord.yaml')] as const;

test('while a sidecar holds the ledger, it is asked, and everything else says what to do', () => {
  const [told, replayed, proven] = asked;
  expect(told?.printed).toMatch(/^Lost under dual-write, and not as configured: [12]$/mu);
  expect(replayed).toMatchObject({ status: 1, printed: expect.stringContaining('give --url') });
  expect(proven).toMatchObject({ status: 1, printed: expect.stringContaining('or stop it first') });
});

test('a sidecar that runs answers every question of the laboratory, and changes nothing that nobody reviewed', () => {
  const told = (command: string): string => askedThere.get(command)?.printed ?? '';
  expect(told('prove')).toMatch(/^5 records, \d+ registers played from their edits alone, 0 differ$/mu);
  expect(told('lint')).toMatch(/PL\d\d|Nothing looks unintended/u);
  expect(told('forecast')).toMatch(
    /^From [\d.]+ (?:seconds|minutes|hours|days) of history\. Where it tells no lag, 60 s are assumed[^]*Conflicts a day: [\d.e-]+\. With half the lag/u,
  );
  expect(told('suggest')).toMatch(/suggests nothing|entities:/u);
  expect(told('lint without a key')).toMatch(/Set CONCORD_KEY to an API key, which `concord keys add` makes/u);
  expect(told('lint with another key')).toMatch(/does not know the key in CONCORD_KEY/u);
  expect(told('replay')).toMatch(
    /^The sidecar answers: [^]*customer\.fields\.name\.policy {2}There is no policy "preferr"[^]*Correct the lines named/u,
  );
  expect(told('apply')).toMatch(
    /customer .*C-00001.* {2}name: “Finance Ltd” → “Sales Ltd” \(prefer[^]*This list is [0-9a-f]{16}[^]*Nothing was changed/u,
  );
});

test('a replay under other policies names the value that would be other, and the edits that either would lose', async () => {
  const { status, printed } = await lab('replay', ...config(), '--policies', place('other.yaml'));
  expect(printed).toMatch(/customer\.name {2}latest → prefer\n.*1 values would be other now/u);
  expect(printed).toMatch(/“Finance Ltd” \(latest\) → “Sales Ltd” \(prefer\)/u);
  expect(printed).toMatch(/Lost under .*other\.yaml, and not as configured: 1\n.* fno .*name: .* → “Finance Ltd”; “Sales Ltd” stands/u);
  expect(status).toBe(0);
});

test('as JSON it is the same', async () => {
  const { printed } = await lab('replay', ...config(), '--policies', place('other.yaml'), '--json', '--entity', 'customer');
  expect(JSON.parse(printed)).toMatchObject({
    registers: [{ register: 'name', standing: 1, rule: { before: 'latest', after: 'prefer' } }],
  });
});

test('the preset dual-write lists the edit of another field that it would have lost: who, when, field and value', async () => {
  const { printed } = await lab('replay', ...config(), '--preset', 'dual-write');
  expect(printed).toMatch(
    /\d{4}-\d\d-\d\dT[\d:.]+Z {2}(?:ce|fno)\S* .*C-00002.*(?:phone: .* → “\+1 555 0142”|email: .* → “new@example\.com”)/u,
  );
});

test('what was edited before is not counted', async () => {
  const { printed } = await lab('replay', ...config(), '--preset', 'dual-write', '--since', '2100-01-01T00:00:00Z');
  expect(printed).toMatch(/edits lost +0 as configured, 0 under dual-write/u);
});

test('what cannot be played is refused in words that say what to do', async () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [['--policies', place('wrong.yaml')], /wrong\.yaml:1:\d+ .*no policy "preferr".*Did you mean "prefer"/u],
    [['--preset', 'one-master:sap'], /no preset "one-master:sap".\n.*fno, ce/u],
    [['--preset', 'dual-write', '--since', 'yesterday'], /"yesterday" is no time/u],
    [[], /either --policies <file> or --preset/u],
  ];
  for (const [args, words] of wrong) {
    const { status, printed } = await lab('replay', ...config(), ...args);
    expect(printed).toMatch(words);
    expect(status).toBe(1);
  }
});

test('lint, forecast and suggest read the ledger and say what they find', async () => {
  expect((await lab('lint', ...config())).printed).toMatch(/PL\d\d|Nothing looks unintended/u);
  expect((await lab('lint', ...config(), '--static')).status).toBe(0);
  expect((await lab('forecast', ...config(), '--lag', '60')).printed).toMatch(/Conflicts a day: [\d.e-]+\. With half the lag/u);
  expect((await lab('suggest', ...config())).printed).toMatch(/suggests nothing|entities:/u);
});

test('every record is proven by its edits', async () => {
  const { status, printed } = await lab('prove', ...config(), '--all');
  expect(printed).toMatch(/^5 records, \d+ registers played from their edits alone, 0 differ$/mu);
  expect(status).toBe(0);
});

test('applied: first the list, refused when another list was reviewed, then changed, written by the sidecar, and nothing is left', async () => {
  const apply = (...args: readonly string[]) => lab('apply', ...config(), '--policies', place('other.yaml'), '--by', 'Mia', ...args);
  const shown = await apply();
  expect(shown.printed).toMatch(/customer .*C-00001.* {2}name: “Finance Ltd” → “Sales Ltd” \(prefer/u);
  const list = /This list is ([0-9a-f]{16})\./u.exec(shown.printed)?.[1] ?? '';
  const moved = await apply('--review', '0123456789abcdef');
  expect(moved).toMatchObject({ status: 1, printed: expect.stringContaining(`The list of changes is ${list} now`) });
  const done = await apply('--review', list, '--note', 'sales knows the names');
  expect(done).toMatchObject({ status: 0, printed: expect.stringContaining('1 records were changed') });
  expect((await apply('--yes')).printed).toContain('Nothing is left to change');
  const again = await town.startInside();
  await untilEqual(town, again.url);
  expect(await recordOf(again.url, 'C-00001')).toMatchObject({ values: { name: 'Sales Ltd' } });
  expect((await again.ledger.acts({ limit: 5 })).items).toMatchObject([
    { operator: 'Mia', act: 'lab-apply', note: 'sales knows the names' },
  ]);
  await again.stop();
  expect((await lab('prove', ...config(), '--all')).printed).toContain('0 differ');
}, 60_000);

test('applied by a sidecar that runs: what was reviewed is written to the systems at once, and a second run finds nothing', async () => {
  const sidecar = await town.startOutside();
  await untilEqual(town, sidecar.url);
  const apply = (...args: readonly string[]) =>
    lab('apply', '--url', sidecar.url, '--policies', place('other.yaml'), '--by', 'Mia', ...args);
  // A ruling had put an end to the conflict; what two people do now is another one.
  await whileApart(town, async () => {
    await town.anna.edit('C-00003', { name: 'Sales Ltd' });
    await town.ben.edit('C-00003', { OrganizationName: 'Finance Ltd' });
  });
  await untilEqual(town, sidecar.url);
  const list = /C-00003.*“Sales Ltd” \(prefer[^]*This list is ([0-9a-f]{16})\./u.exec((await apply()).printed)?.[1] ?? '';
  expect(await apply('--review', '0123456789abcdef')).toMatchObject({ status: 1, printed: expect.stringContaining(`${list} now`) });
  expect(await apply('--review', list)).toMatchObject({
    status: 0,
    printed: expect.stringContaining('1 records were changed, and are being written'),
  });
  await untilEqual(town, sidecar.url);
  expect(await recordOf(sidecar.url, 'C-00003')).toMatchObject({ values: { name: 'Sales Ltd' } });
  expect((await apply('--yes')).printed).toContain('Nothing is left to change');
  expect((await lab('prove', '--all', '--url', sidecar.url)).printed).toContain('0 differ');
  await sidecar.end('SIGTERM');
}, 60_000);

test('nobody answers there: that is said', async () => {
  const { status, printed } = await lab('replay', '--preset', 'dual-write', '--url', running);
  expect(printed).toContain('No sidecar answers at');
  expect(status).toBe(1);
});
