import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue, ConcordError } from '@concord/core';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { failureWords, networkWords, remedyAtTerminal } from '../../packages/server/src/failure.ts';
import { addressOf } from '../../packages/server/src/cli/address.ts';
import { openTown, type Town } from '../kit/town.ts';
import type { SidecarProcess } from '../kit/sidecar-process.ts';
import { runCommand, runCommands } from './command.ts';

/** Several commands, each a process of its own. */
const COMMANDS_MS_MAX = 180_000;

/** Told to programs alone: no command leads there. */
const NEVER_AT_A_TERMINAL = new Set(['HOOK_REFUSED', 'KEY_MISSING']);
const OF_ROUTES = /\b(?:GET|POST) \/|`Authorization|ETag|docs\/rest-api|127\.0\.0\.1:8085/u;
const STACK = /\n\s+at |node:internal|Error: .*\n.*at /u;

describe('what a command says of its failure', () => {
  test('no remedy speaks of routes, headers, or a port that nobody asked for', () => {
    const told = Object.entries(catalogue).filter(
      ([code, { remedy }]) => !NEVER_AT_A_TERMINAL.has(code) && OF_ROUTES.test(remedyAtTerminal(code, remedy)),
    );
    expect(told.map(([code]) => code)).toEqual([]);
  });

  test('whatever is thrown, there are two lines at the most of what happened and what to do, and never a stack', () => {
    const thrown = fc.oneof(
      fc.string().map((words) => new Error(words)),
      fc
        .constantFrom('ENOENT', 'EACCES', 'EISDIR', 'ENOTDIR', 'ENOSPC', 'EXYZ')
        .map((code) => Object.assign(new Error('x'), { code, path: '/a/file' })),
      fc
        .constantFrom('ASK_WRONG', 'LEDGER_LOCKED', 'RECORD_UNKNOWN')
        .map((code) => new ConcordError(code === 'ASK_WRONG' ? code : 'LEDGER_LOCKED', { file: 'x', words: 'y' })),
      fc.anything(),
    );
    fc.assert(
      fc.property(thrown, (cause) => {
        const words = failureWords(cause, 'concord check');
        expect(words).not.toMatch(STACK);
        expect(words.trim().split('\n').at(-1)).toMatch(/\w/u);
        expect(words).not.toMatch(/\{command\}/u);
      }),
    );
    expect(failureWords(Object.assign(new Error('x'), { code: 'ENOENT', path: '/a/file' }), 'concord')).toBe(
      '"/a/file" cannot be used: there is no such file or folder.\nCorrect that, or name another, then run it again.',
    );
    expect(failureWords(new ConcordError('ASK_WRONG', { words: 'x' }), 'concord map list')).toContain('`concord map list --help` says');
    expect(networkWords(new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'CERT_HAS_EXPIRED' }) }))).toContain(
      'certificate',
    );
  });

  test.each([
    [{ host: '0.0.0.0', port: 9000 }, 'http://127.0.0.1:9000'],
    [{ host: '::', port: 9000 }, 'http://[::1]:9000'],
    [{ host: 'sync.example', port: 443, tls: { cert: 'a', key: 'b' } }, 'https://sync.example:443'],
  ])('the sidecar of %j answers at %s', (server, url) => {
    expect(addressOf({ keys: '', hooks: {}, rate: { key: 1, address: 1, hooks: 1 }, ...server })).toBe(url);
  });
});

describe('without a sidecar', () => {
  let folder = '';
  let taken: Server;
  let port = 0;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'concord-failures-'));
    writeFileSync(join(folder, 'seed.json'), '{ no json');
    taken = createServer();
    await new Promise<void>((resolve) => {
      taken.listen(0, '127.0.0.1', resolve);
    });
    const address = taken.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  });
  afterAll(() => {
    taken.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const nobody = 'http://127.0.0.1:2';
  const cases: readonly (readonly [string, (at: string) => readonly string[], RegExp])[] = [
    [
      'nobody answers',
      () => ['parked', 'list', '--url', nobody],
      /^No sidecar answers at http:\/\/127\.0\.0\.1:2: nothing listens there\.\nStart it with `concord run/u,
    ],
    [
      'nobody answers a list of conflicts',
      () => ['conflicts', 'list', '--url', nobody],
      /^No sidecar answers at http:\/\/127\.0\.0\.1:2:/u,
    ],
    ['nobody answers about its state', () => ['status', '--url', nobody], /^No sidecar answers at http:\/\/127\.0\.0\.1:2:/u],
    ['nobody answers a doctor', () => ['doctor', '--url', nobody], /^No sidecar answers at/u],
    [
      'an address is none',
      () => ['parked', 'list', '--url', 'localhost:8085'],
      /"localhost:8085" is no address; write it as http:.*\n`concord parked list --help` says/u,
    ],
    [
      'an option is mistyped, and needed',
      () => ['run', '--confg', 'x.yaml'],
      /unknown option '--confg'\n\(Did you mean --config\?\)\n+`concord run --help` says/u,
    ],
    ['an option is missing', () => ['run'], /required option '--config <file>' not specified\n+`concord run --help` says/u],
    ['an argument is missing', () => ['check'], /missing required argument 'file'\n+`concord check --help` says/u],
    ['a command is mistyped', () => ['conflict', 'list'], /unknown command 'conflict'\n\(Did you mean conflicts\?\)/u],
    [
      'a seed is no JSON',
      (at) => ['emulate', 'finops', '--seed', join(at, 'seed.json')],
      /^The seed ".*seed\.json" cannot be loaded: .*\nCorrect it/u,
    ],
    ['a folder is no seed', (at) => ['emulate', 'finops', '--seed', at], /cannot be used: it is a folder\.\nCorrect that/u],
  ];
  test('each mistake: one sentence of what happened, one of what to do', { timeout: COMMANDS_MS_MAX }, async () => {
    const ended = await runCommands([...cases.map(([, args]) => args(folder)), ['--version']]);
    expect(ended.at(-1)).toMatchObject({ status: 0, printed: expect.stringMatching(/^\d+\.\d+\.\d+\n$/u) });
    for (const [index, [title, , words]] of cases.entries()) {
      const { status, printed = '' } = ended[index] ?? {};
      expect([title, status, printed]).toEqual([title, 1, expect.stringMatching(words)]);
      expect([title, printed]).toEqual([title, expect.not.stringMatching(STACK)]);
    }
  });

  test('an emulator names the port that was asked for, and how another one is', async () => {
    const { status, printed } = await runCommand(['emulate', 'finops', '--port', String(port)]);
    expect([status, printed]).toEqual([
      1,
      expect.stringContaining(`Nothing can be served at 127.0.0.1:${port}: another process listens there.`),
    ]);
    expect(printed).toContain('give another one with --port');
    expect(printed).not.toMatch(STACK);
  });
});

describe('with a sidecar that holds the ledger', () => {
  let town: Town;
  let sidecar: SidecarProcess;
  let config: readonly string[] = [];
  beforeAll(async () => {
    town = await openTown(1);
    sidecar = await town.startOutside();
    config = ['--config', town.configFile];
  }, COMMANDS_MS_MAX);
  afterAll(() => town.close());

  test(
    'what it could do itself is asked of it, where it answers; what it could not is done with a copy',
    async () => {
      const askable = [['lab', 'prove', '--all'], ['backup'], ['erase', '--record', 'x', '--by', 'Mia']].map((args) => [
        ...args,
        ...config,
      ]);
      const copied = [['verify'], ['export', '--to', join(town.ledgerFile, '../x.jsonl')]].map((args) => [...args, ...config]);
      const ended = await runCommands([...askable, ...copied, ['doctor', ...config]], town.env);
      const asked = /in use by another process.*\n.*give --url http:\/\/127\.0\.0\.1:\S+ instead of --config/u;
      const lookAtCopy = /\nLook at a copy: concord backup --url http:\S+, then this with --ledger/u;
      for (const { args, status, printed } of ended.slice(0, askable.length))
        expect([args, status, printed]).toEqual([args, 1, expect.stringMatching(asked)]);
      for (const { args, status, printed } of ended.slice(askable.length, -1))
        expect([args, status, printed]).toEqual([args, 1, expect.stringMatching(lookAtCopy)]);
      expect(ended.at(-1)?.printed).toMatch(/the file is in use.*\n.*concord doctor --url http:\/\/127\.0\.0\.1:/u);
    },
    COMMANDS_MS_MAX,
  );

  test(
    'files and folders that are not there are told as such',
    async () => {
      const missing = join(town.ledgerFile, '../none/none.db');
      const made = join(town.ledgerFile, '../made/here');
      const at = ['--url', sidecar.url];
      const absent = [
        ['import', missing],
        ['restore', missing, '--by', 'Mia'],
        ['verify', '--ledger', missing],
        ['export', '--ledger', missing, '--to', 'x'],
      ];
      const ended = await runCommands(
        [
          ...absent.map((args) => [...args, ...config]),
          ['backup', ...at, '--to', join(town.configFile, 'inside')],
          ['backup', ...at, '--to', made],
        ],
        town.env,
      );
      const [wrong, right] = ended.slice(-2);
      const words = /^".*none\.db" cannot be used: there is no such file\.\nCorrect that/u;
      for (const { args, status, printed } of ended.slice(0, -2))
        expect([args, status, printed]).toEqual([args, 1, expect.stringMatching(words)]);
      expect([wrong?.status, wrong?.printed]).toEqual([
        1,
        expect.stringMatching(/cannot be used: (a part of its path is no folder|there is one of that name already)/u),
      ]);
      expect([right?.status, right?.printed]).toEqual([0, expect.stringContaining(`--ledger ${made}/ledger-`)]);
      const copy = /--ledger (\S+)/u.exec(right?.printed ?? '')?.[1] ?? '';
      const exported = await runCommand(['export', ...config, '--ledger', copy, '--to', join(missing, 'x.jsonl')], town.env);
      expect([exported.status, exported.printed]).toEqual([
        1,
        expect.stringMatching(/x\.jsonl" cannot be used: there is no such file or folder/u),
      ]);
      expect(exported.printed).not.toMatch(STACK);
    },
    COMMANDS_MS_MAX,
  );

  test(
    'whoever has no key, or a wrong one, is told of CONCORD_KEY',
    async () => {
      const commands = [['doctor'], ['status'], ['conflicts', 'list'], ['map', 'list']].map((args) => [...args, '--url', sidecar.url]);
      const { CONCORD_KEY: _key, ...keyless } = town.env;
      const without = await runCommands(commands, keyless);
      const wrong = await runCommands(commands, { ...town.env, CONCORD_KEY: 'concord_000000000000_x' });
      for (const { args, status, printed } of without)
        expect([args, status, printed]).toEqual([args, 1, expect.stringContaining('\nSet CONCORD_KEY to an API key')]);
      for (const { args, status, printed } of wrong)
        expect([args, status, printed]).toEqual([args, 1, expect.stringContaining('It does not know the key in CONCORD_KEY')]);
    },
    COMMANDS_MS_MAX,
  );

  test(
    'an id that leads nowhere is answered with the command that tells ids',
    async () => {
      const cases = [
        [['conflicts', 'show', 'x'], 'concord conflicts list'],
        [['resync', 'record', 'x', '--by', 'admin'], 'concord records find'],
        [['parked', 'retry', 'x', '--by', 'admin'], 'concord parked list'],
        [['map', 'pause', 'customer', 'sap', '--by', 'admin'], 'concord map list'],
      ] as const;
      const ended = await runCommands(
        cases.map(([args]) => [...args, '--url', sidecar.url]),
        town.env,
      );
      for (const [index, [args, words]] of cases.entries()) {
        expect([args, ended[index]?.status, ended[index]?.printed]).toEqual([args, 1, expect.stringContaining(words)]);
        expect(ended[index]?.printed).not.toMatch(OF_ROUTES);
      }
    },
    COMMANDS_MS_MAX,
  );
});
