import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runCommand, startCommand } from './command.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concord-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A configuration in order, whose systems nobody needs to reach. */
const SOUND = (port: number): string => `${BROKEN.replace('imutable', 'immutable').replace('polcy', 'policy')}
server: { host: 127.0.0.1, port: ${port} }
`;

const BROKEN = `systems:
  fno: { adapter: finops, url: http://127.0.0.1:1, company: abct, auth: { token: http://127.0.0.1:1/t, client: c, secret: '\${PATH}' } }
  ce: { adapter: dataverse, url: http://127.0.0.1:2, auth: { token: http://127.0.0.1:2/t, client: c, secret: '\${PATH}' } }
entities:
  customer:
    fno: { set: CustomersV3 }
    ce: { set: accounts }
    key: [account]
    fields:
      account: { fno: CustomerAccount, ce: accountnumber, policy: imutable }
      name: { fno: OrganizationName, ce: name, polcy: latest }
`;

/** Several commands, each a process of its own, that hold a policy to its laws. */
const COMMANDS_MS_MAX = 120_000;

describe('concord check', () => {
  test('a broken file: every fault is named with its line and a suggestion, and the status is 1', async () => {
    const file = join(folder, 'broken.yaml');
    await writeFile(file, BROKEN);
    const { status, printed } = await runCommand(['check', file]);
    expect(status).toBe(1);
    const [policy, option] = [
      printed.split('\n').find((line) => line.includes('imutable')),
      printed.split('\n').find((line) => line.includes('polcy')),
    ];
    expect(policy).toMatch(/broken\.yaml:10\b.*immutable/);
    expect(option).toMatch(/broken\.yaml:11\b.*policy/);
    expect(printed).toMatch(/2 fault\(s\)\. Nothing of the configuration was applied\./);
  });

  test(
    'a policy of your own is loaded from beside the file and held to the laws; a transform that loses something is a warning',
    async () => {
      const file = join(folder, 'own.yaml');
      const own = `${BROKEN.replace('imutable', 'immutable').replace('polcy: latest', 'policy: mine')}policies: { mine: { module: ./mine.js } }\n`;
      await writeFile(
        file,
        own.replace('fno: OrganizationName', () => "fno: { column: OrganizationName, from: '$trim($)', to: '$' }"),
      );
      await writeFile(join(folder, 'mine.js'), 'export default ({ frontier }) => ({ value: frontier[0].value.trim(), reason: "x" });');
      const refused = await runCommand(['check', file]);
      expect(refused.status).toBe(1);
      expect(refused.printed).toMatch(/own\.yaml:11:.*"mine" breaks a law of policies: of .* with .* before/);
      await writeFile(join(folder, 'mine.js'), 'export default ({ frontier }) => ({ value: frontier[0].value, reason: "the first" });');
      const { status, printed } = await runCommand(['check', file]);
      expect(printed).toMatch(/own\.yaml:11:\d+ {2}"to" makes .*, and "from" makes .*lossy/);
      expect(printed).toContain('is in order');
      expect(status).toBe(0);
    },
    COMMANDS_MS_MAX,
  );

  test('one fault hides no other: those of adapters, certificates, modules and destinations are told with their lines as well', async () => {
    const file = join(folder, 'many.yaml');
    await writeFile(
      file,
      `${BROKEN.replace('adapter: finops,', 'adapter: finops, pagRows: 7,').replace('url: http://127.0.0.1:2,', 'url: nowhere,').replace('set: CustomersV3', 'set: CustomersV3, feed: magic')}
server: { host: 0.0.0.0, port: '1', tls: { cert: none.pem, key: none.pem } }
policies: { mine: { module: ./unreadable } }
alerts: { destinations: { ops: { webhook: { url: 'ftp://x', secret: '\${PATH}' } } }, rules: [{ nothing: {} }] }
`,
    );
    await mkdir(join(folder, 'unreadable'), { recursive: true });
    const { status, printed } = await runCommand(['check', file]);
    expect(status).toBe(1);
    for (const told of [
      /:2:\d+ {2}"pagRows" is not known here\. Did you mean "pageRows"\?/u,
      /:3:\d+ {2}url must be the address/u,
      /:6:\d+ {2}customer: feed must be one of/u,
      /:10:\d+ .*immutable/u,
      /:11:\d+ .*policy/u,
      /:13:\d+ {2}Expected a port number/u,
      /:13:\d+ {2}HTTPS cannot be served with .*none\.pem: .*Name a certificate/u,
      /:14:\d+ {2}The file "\.\/unreadable" cannot be read/u,
      /:15:\d+ {2}This is no http or https address/u,
      /:15:\d+ {2}"nothing" is not known here/u,
    ])
      expect(printed).toMatch(new RegExp(`many\\.yaml${told.source}`, 'u'));
    expect(printed).toMatch(/\n10 fault\(s\)\./u);
    const lines = printed.split('\n').flatMap((line) => /many\.yaml:(\d+)/u.exec(line)?.[1] ?? []);
    expect(lines.map(Number)).toEqual(lines.map(Number).toSorted((a, b) => a - b));
  });

  test('a server that the whole network reaches without TLS is a warning', async () => {
    const file = join(folder, 'open.yaml');
    await writeFile(file, SOUND(0).replace('host: 127.0.0.1', 'host: 0.0.0.0'));
    const { status, printed } = await runCommand(['check', file]);
    expect([status, printed]).toEqual([
      0,
      expect.stringMatching(/open\.yaml:13:\d+ {2}Whoever is on the way can read keys and records\. Add `tls`/u),
    ]);
  });

  test('a file that is not there is told, with what to do', async () => {
    const { status, printed } = await runCommand(['check', join(folder, 'none.yaml')]);
    expect(status).toBe(1);
    expect(printed).toMatch(/There is no configuration file ".*none\.yaml"\.\n.*concord\.yaml/);
  });
});

describe('concord emulate', () => {
  test.each([
    ['dataverse', '/api/data/v9.2/WhoAmI'],
    ['finops', '/data/CustomersV3'],
  ])('%s answers who has no token with 401, who has one with 200, and ends when it is asked to', async (system, path) => {
    const emulator = startCommand(['emulate', system, '--port', '0', '--seed', 'abctextiles']);
    const url = await emulator.prints(/emulated at (http:\/\/127\.0\.0\.1:\d+) /);
    expect((await fetch(`${url}${path}`)).status).toBe(401);
    const authorization = `Bearer ${await tokenOf(url)}`;
    expect((await fetch(`${url}${path}`, { headers: { authorization } })).status).toBe(200);
    emulator.stop('SIGTERM');
    expect(await emulator.ended).toBe(0);
  });

  test('with --data, what was answered is still there after a kill, and the seed is for the first time alone', async () => {
    const args = ['emulate', 'finops', '--port', '0', '--seed', 'abctextiles', '--data', join(folder, 'data/of/it')];
    const at = "/data/CustomersV3(dataAreaId='abct',CustomerAccount='C-001002')?cross-company=true";
    const first = startCommand(args);
    const url = await first.prints(/emulated at (http:\/\/127\.0\.0\.1:\d+) /);
    const json = { 'content-type': 'application/json', authorization: `Bearer ${await tokenOf(url)}` };
    const written = await fetch(`${url}${at}`, { method: 'PATCH', headers: json, body: '{"OrganizationName":"Kept Ltd"}' });
    expect(written.status).toBeLessThan(300);
    first.stop('SIGKILL');
    await first.ended;
    const second = startCommand(args);
    const again = await second.prints(/emulated at (http:\/\/127\.0\.0\.1:\d+) /);
    const read = await fetch(`${again}${at}`, { headers: { authorization: `Bearer ${await tokenOf(again)}` } });
    expect(await read.json()).toMatchObject({ OrganizationName: 'Kept Ltd' });
    second.stop('SIGTERM');
    expect(await second.ended).toBe(0);
  });

  test.each([
    [['emulate', 'sap'], /There is no emulator for "sap"\.\nUse one of: dataverse, finops\./],
    [['emulate', 'finops', '--port', 'eighty'], /"eighty" is not a port\.\nGive a whole number/],
    [['emulate', 'finops', '--seed', 'nowhere'], /There is no seed "nowhere"\.\nUse abctextiles/],
  ])('%j is refused in words that say what to do', async (args, words) => {
    const { status, printed } = await runCommand(args);
    expect(printed).toMatch(words);
    expect(status).toBe(1);
  });
});

describe('concord run', () => {
  test('a port that is taken is told, with what to do, and the status is 1', async () => {
    const other = createServer();
    const port = await new Promise<number>((resolve) => {
      other.listen(0, '127.0.0.1', () => {
        const address = other.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const file = join(folder, 'sound.yaml');
    await writeFile(file, SOUND(port));
    const { status, printed } = await runCommand(['run', '--config', file]);
    await new Promise((resolve) => other.close(resolve));
    expect(printed).toContain(`Nothing can be served at 127.0.0.1:${port}: `);
    expect(printed).toContain('name another port under `server`');
    expect(status).toBe(1);
  });
});

describe('concord', () => {
  test('a command that does not exist is told, with the one that was meant', async () => {
    const { status, printed } = await runCommand(['emulat']);
    expect(printed).toMatch(/unknown command 'emulat'/);
    expect(printed).toMatch(/Did you mean emulate\?/);
    expect(status).toBe(1);
  });

  test('help names every command', async () => {
    const { status, printed } = await runCommand(['--help']);
    for (const command of ['run', 'check', 'emulate', 'demo']) expect(printed).toMatch(new RegExp(`^ {2}${command}\\b`, 'm'));
    expect(status).toBe(0);
  });

  test("the example's configuration is in order", async () => {
    const file = fileURLToPath(new URL('../../examples/abctextiles/concord.yaml', import.meta.url));
    const env = { FNO_URL: 'http://127.0.0.1:1', CE_URL: 'http://127.0.0.1:2', FNO_SECRET: 'one', CE_SECRET: 'other' };
    const { status, printed } = await runCommand(['check', file], env);
    expect(printed).toMatch(/is in order: 2 systems, 7 entities, \d+ fields\./);
    expect(status).toBe(0);
  });
});

/** A token, as any client gets one. */
async function tokenOf(url: string): Promise<string> {
  const body = new URLSearchParams({ grant_type: 'client_credentials', client_id: 'anna', client_secret: 'anna-secret' });
  const text = await (await fetch(`${url}/oauth2/v2.0/token`, { method: 'POST', body })).text();
  return /"access_token":"([^"]+)"/.exec(text)?.[1] ?? '';
}
