import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { until } from '../kit/until.ts';
import { blockIn, commandsIn, pages } from './commands.ts';
import { idleLines, wayOf } from './plan.ts';
import { openTerminal, type Terminal } from './terminal.ts';

const ROOT = join(import.meta.dirname, '../..');
const WALK_MS_MAX = 600_000;

/** What the pages ask of a machine beside Node. */
const isUsual = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0);

let folder = '';
let [finops, dataverse, sidecar, me]: (Terminal | undefined)[] = [];
let key = '';
/** What stands on the pages, and what it is here. */
const here: [string | RegExp, string][] = [];

const README = commandsIn('README.md');
const EXAMPLE = 'examples/abctextiles';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'concord-docs-'));
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'concord'), `#!/bin/sh\nexec node '${ROOT}/packages/server/bin/concord.js' "$@"\n`);
  writeFileSync(join(bin, 'npx'), `#!/bin/sh\nshift\nexec '${bin}/concord' "$@"\n`);
  for (const name of ['concord', 'npx']) chmodSync(join(bin, name), 0o755);
  mkdirSync(join(folder, EXAMPLE), { recursive: true });
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const yaml = readFileSync(join(ROOT, EXAMPLE, 'concord.yaml'), 'utf8');
  writeFileSync(join(folder, EXAMPLE, 'concord.yaml'), yaml.replace(/^server:.*$/mu, `server: { port: ${ports[2]} }`));
  here.push(['4101', String(ports[0])], ['4102', String(ports[1])], ['8085', String(ports[2])]);
}, WALK_MS_MAX);
afterAll(async () => {
  for (const terminal of [sidecar, finops, dataverse, me]) await terminal?.close();
  rmSync(folder, { recursive: true, force: true });
});

function freePort(): Promise<number> {
  const server = createServer();
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** A command as it is typed here: with the ports, the key and the ids of this town. */
function asHere(command: string): string {
  return here.reduce(
    (text, [from, to]) => text.replaceAll(typeof from === 'string' ? from : new RegExp(from.source, 'gu'), () => to),
    command,
  );
}

function open(cwd = folder): Terminal {
  return openTerminal(cwd, { PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`, CONCORD_LOG: 'info' });
}

const typed = async (terminal: Terminal | undefined, command: string) => {
  const ended = await terminal?.type(asHere(command).replaceAll(/\bcurl -s/gu, 'curl --fail-with-body --max-time 20 -s'));
  return { status: ended?.status ?? -1, printed: ended?.printed ?? '' };
};

async function start(): Promise<void> {
  const [one, other] = README.filter((command) => command.includes('concord emulate')).map(asHere);
  await Promise.all([finops?.leave(one ?? '', /is emulated at (\S+)/u), dataverse?.leave(other ?? '', /is emulated at (\S+)/u)]);
}

describe.skipIf(!isUsual)('the README, as typed (needs bash and curl)', () => {
  test('every command of every page is typed, or left out for a reason; and the plan names nothing that is not there', () => {
    const all = pages().flatMap(commandsIn);
    expect(all.length).toBeGreaterThan(80);
    expect(idleLines(all)).toEqual([]);
  });

  test('two systems, a sidecar, two people, a merge, a conflict and its end', { timeout: WALK_MS_MAX }, async () => {
    [finops, dataverse, sidecar, me] = [open(), open(), open(), open()];
    await start();
    const at = (begins: string) => README.findIndex((command) => command.startsWith(begins));
    for (const command of README.slice(at('export FNO_URL'), at('npx concord run'))) {
      const { status, printed } = await typed(sidecar, command);
      expect([command, status, printed]).toEqual([command, 0, expect.anything()]);
      key = /^concord_[\w-]+$/mu.exec(printed)?.[0] ?? key;
    }
    here.push([/concord_(?:\w+_)?…/u, key]);
    await sidecar.leave(asHere(README[at('npx concord run')] ?? ''), /"msg":"running"()/u);
    const rest = README.slice(at('FNO='));
    const until2 = (begins: string) => rest.findIndex((command) => command.startsWith(begins));
    const read = until2('curl -s "$IN_CE?');
    // Before people edit, everything has been read once.
    await until(
      async () => ((await typed(me, 'curl -s http://127.0.0.1:8085/readyz')).status === 0 ? undefined : 'not ready'),
      WALK_MS_MAX,
    );
    for (const command of rest.slice(0, read)) expect([command, (await typed(me, command)).status]).toEqual([command, 0]);
    for (const command of rest.slice(read, read + 2))
      await until(async () => {
        const { printed } = await typed(me, command);
        return printed.includes('Blue Ridge Drapery Inc.') && printed.includes('Pays by the 15th. Call before noon.') ? undefined : printed;
      });
    const conflict = rest.findIndex((command) => command.startsWith('CONFLICT='));
    const told: string[] = [];
    for (const command of rest.slice(read + 2, conflict - 1)) {
      const { status, printed } = await typed(me, command);
      expect([command, status]).toEqual([command, 0]);
      told.push(printed);
    }
    expect(told.join('\n')).toMatch(/"rule":"text"/u);
    await until(async () => {
      const { printed } = await typed(me, rest[conflict - 1] ?? '');
      return printed.includes('"items":[]') ? printed : undefined;
    });
    for (const command of rest.slice(conflict)) expect([command, (await typed(me, command)).status]).toEqual([command, 0]);
    expect((await typed(me, 'curl -s -H "$KEY" $CONCORD/docs > concord-api.html && grep -c "<h2" concord-api.html')).status).toBe(0);
  });

  test('ended and started again, nothing that was acknowledged is lost', { timeout: WALK_MS_MAX }, async () => {
    for (const terminal of [sidecar, finops, dataverse]) await terminal?.close();
    [finops, dataverse, sidecar] = [open(), open(), open()];
    await start();
    for (const command of README.filter((one) => one.startsWith('export '))) await typed(sidecar, command);
    await sidecar.leave(asHere(README.find((one) => one.startsWith('npx concord run')) ?? ''), /"msg":"running"()/u);
    // The tokens of before were those of systems that ended.
    for (const command of README.filter((one) => one.startsWith('ANNA='))) await typed(me, command);
    for (const command of README.filter((one) => one.startsWith('curl -s "$IN_')))
      expect((await typed(me, command)).printed).toContain('Blue Ridge Drapery Inc.');
    await until(async () => {
      const { printed } = await typed(me, 'curl -s -H "$KEY" $CONCORD/v1/records/$RECORD');
      return printed.includes('Pays by the 15th. Call before noon.') ? undefined : printed;
    });
  });
});

describe.skipIf(!isUsual)('the pages, as typed (needs bash and curl)', () => {
  /** Answers how many commands were typed. */
  const walked = async (when: 'running' | 'stopped', page: string): Promise<number> => {
    let count = 0;
    for (const command of commandsIn(page)) {
      const way = wayOf(command);
      if ('why' in way || way.when !== when) continue;
      const { status, printed } = await typed(me, command);
      expect([page, command, status, printed.slice(-600)]).toEqual([
        page,
        command,
        expect.toSatisfy((one: number) => way.status.includes(one)),
        expect.anything(),
      ]);
      learn(printed);
      count += 1;
    }
    return count;
  };

  /** What one command tells, another one takes. */
  function learn(printed: string): void {
    const id = /^concord_([0-9a-f]{12})_[\w-]+$/mu.exec(printed)?.[1];
    const head = /--acts-head (\w{20,})/u.exec(printed)?.[1];
    if (id !== undefined) here.unshift(['revoke 3f0c19ab77d2', `revoke ${id}`]);
    const list = /This list is (\w+)\./u.exec(printed)?.[1];
    if (list !== undefined) here.unshift(['d6bbcc7280dc941c', list]);
    if (head !== undefined) here.unshift(['--acts-head 9d0c…', `--acts-head ${head}`]);
  }

  test('while the sidecar runs', { timeout: WALK_MS_MAX }, async () => {
    const away = join(folder, 'away');
    mkdirSync(away);
    for (const [from, to] of [
      ['maps.json', 'maps.json'],
      ['entities.json', 'entities.json'],
    ] as const)
      cpSync(join(ROOT, 'test/server/dual-write', from), join(away, to));
    const soon = new Date(Date.now() + 86_400_000).toISOString();
    here.push([/"until":"[^"]+"/u, `"until":"${soon}"`]);
    const at = asHere('http://127.0.0.1:8085');
    await typed(me, `export CONCORD_KEY='${key}' CONCORD_URL=${at} FNO_URL CE_URL; cd ${EXAMPLE}; OTHER=none DELIVERY=none ETAG='"x"'`);
    await typed(me, `export FNO_URL=$FNO CE_URL=$CE FNO_SECRET=concord-secret CE_SECRET=concord-secret`);
    let count = 0;
    for (const page of pages().filter((one) => one !== 'README.md')) {
      // What the pages decide is there to be decided.
      await typed(me, 'curl -s -X POST "$CONCORD/v1/conflicts/$CONFLICT/reopen" -H "$KEY"');
      if (page === 'docs/coming-from-dual-write.md') await typed(me, `cd ${away}`);
      count += await walked('running', page);
      await typed(me, `concord map resume customer ce --by me`);
      await typed(me, `cd ${join(folder, EXAMPLE)}`);
    }
    expect(count).toBeGreaterThan(40);
  });

  test('when it has been stopped', { timeout: WALK_MS_MAX }, async () => {
    await sidecar?.close();
    const at = join(folder, EXAMPLE);
    mkdirSync(join(at, 'elsewhere'), { recursive: true });
    cpSync(join(at, 'concord.yaml'), join(at, 'elsewhere/concord.yaml'));
    writeFileSync(join(at, 'other.yaml'), 'entities: { fabricBolt: { fields: { boltsOnHand: { policy: max } } } }\n');
    const [backup = ''] = readdirSync(join(at, 'backups'));
    here.push(['backups/concord-2026-11-26T14-05-31-120Z.db', `backups/${backup}`], ['backups/….db', `backups/${backup}`]);
    here.push(
      ['/srv/archive/ledger.db-….jsonl', '"$ARCHIVE"/concord.db-*.jsonl'],
      ['/srv/archive', '"$ARCHIVE"'],
      ['"$RECORD"', '$RECORD'],
    );
    await typed(me, `ARCHIVE=${join(folder, 'archive')}`);
    let count = 0;
    for (const page of pages().filter((one) => one !== 'README.md')) count += await walked('stopped', page);
    expect(count).toBeGreaterThan(15);
  });

  test('a policy of your own, from the page to a check that finds it in order', { timeout: WALK_MS_MAX }, async () => {
    const page = 'docs/custom-policies.md';
    const at = join(folder, 'own');
    mkdirSync(join(at, 'policies'), { recursive: true });
    writeFileSync(join(at, 'policies/wordiest.js'), blockIn(page, 'js', '/** The more'));
    const own: unknown = parse(blockIn(page, 'yaml', 'policies:'));
    const whole: unknown = parse(readFileSync(join(ROOT, EXAMPLE, 'concord.yaml'), 'utf8'));
    writeFileSync(join(at, 'concord.yaml'), stringify(merged(whole, own)));
    const { status, printed } = await typed(me, `cd ${at} && ${commandsIn(page)[0]}`);
    expect([status, printed]).toEqual([0, expect.stringContaining('concord.yaml is in order')]);
  });
});

function merged(whole: unknown, part: unknown): unknown {
  if (!isBlock(whole) || !isBlock(part)) return part;
  return Object.fromEntries(
    [...new Set([...Object.keys(whole), ...Object.keys(part)])].map((name) => [
      name,
      name in part ? merged(whole[name], part[name]) : whole[name],
    ]),
  );
}

function isBlock(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
