import { mkdtemp, rm } from 'node:fs/promises';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startDataverse, startFinops, type Emulator } from '@concord/adapters';
import { ConcordError, parseConfig, type Config, type Engine } from '@concord/core';
import { pino, type Logger } from 'pino';
import { seedOf } from '../cli/emulate.ts';
import { startSidecar, type Sidecar } from '../compose.ts';
import { configWrong } from '../config-wrong.ts';
import { signIn, type Person } from './people.ts';
import type { Role } from '../access/roles.ts';
import { addKey } from '../access/keyring.ts';
import { restAt, type Rest } from './rest.ts';

/** Two emulated systems, the sidecar between them, and the people who work there. */
export interface Stage {
  readonly ce: Emulator;
  readonly fno: Emulator;
  /** Works in sales, in CE. */
  readonly anna: Person;
  /** Works in finance, in F&O. */
  readonly ben: Person;
  readonly rest: Rest;
  /** An address that signs somebody into the console, once. */
  signInLink(name: string, role: Role): string;
  /** Concord's, for whoever looks behind the stage. */
  readonly engine: Engine;
  /** Runs `acts` while the systems keep their hooks back for `holdMs`, so that Concord sees all of it afterwards only; then waits for rest. */
  unseen<Result>(holdMs: number, acts: () => Promise<Result>): Promise<Result>;
  /** Resolves when every hook has arrived and Concord has nothing left to do. Throws when that takes too long. */
  settled(): Promise<void>;
  /** Resolves when it is so. Throws when that takes too long. */
  until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void>;
  /** How often the sidecar has logged this event. */
  events(name: string): number;
  stop(): Promise<void>;
  /** From then on every request fails, which is nobody's fault. */
  readonly isStopping: boolean;
}

/** Hooks carry everything; a poll in between would see one of two edits that are meant to be concurrent. */
const POLL_MS = 60_000;
/** Outages of the demo are short, and so are the waits. */
const RETRY_MS = 100;
const RETRY_MS_MAX = 500;
const WAIT_MS_MAX = 30_000;
const LOOK_MS = 20;
/** So many looks in a row must find nothing to do: a hook may just be on its way. */
const CALM_LOOKS = 5;

export async function openStage(): Promise<Stage> {
  const ce: Emulator = await startDataverse({ seed: seedOf('dataverse', 'abctextiles') });
  const fno: Emulator = await startFinops({ seed: seedOf('finops', 'abctextiles') });
  const folder = await mkdtemp(join(tmpdir(), 'concord-demo-'));
  const log = openLog();
  const config = configOf(ce.url, fno.url, folder);
  const { text: key } = addKey(config.server.keys, { name: 'demo', role: 'admin' }, Date.now());
  const sidecar = await startSomewhere(config, pino({ level: 'info' }, log));
  ce.hooks.add({ url: `${sidecar.url}/hooks/ce` });
  fno.hooks.add({ url: `${sidecar.url}/hooks/fno` });
  const [anna, ben] = await Promise.all([signIn('anna', 'ce', ce.url), signIn('ben', 'fno', fno.url)]);

  async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    const endsAtMs = Date.now() + WAIT_MS_MAX;
    while (!(await isSo())) {
      if (Date.now() > endsAtMs) throw new Error(`After ${WAIT_MS_MAX / 1000} s, still not: ${what}`);
      await wait(LOOK_MS);
    }
  }

  async function settled(): Promise<void> {
    let calm = 0;
    await until('all hooks taken and nothing left to do', async () => {
      await Promise.all([ce.hooks.idle(), fno.hooks.idle()]);
      calm = sidecar.engine.isQuiet() ? calm + 1 : 0;
      return calm >= CALM_LOOKS;
    });
  }

  let stopping: Promise<void> | undefined;
  async function stop(): Promise<void> {
    await sidecar.stop();
    await Promise.all([ce.close(), fno.close()]);
    await rm(folder, { recursive: true, force: true });
  }

  return {
    ce,
    fno,
    anna,
    ben,
    rest: restAt(sidecar.url, key),
    signInLink: (name, role) => sidecar.signInLink({ id: `demo ${name}`, name, role }),
    engine: sidecar.engine,
    until,
    settled,
    events: log.count,
    async unseen(holdMs, acts) {
      for (const system of [ce, fno]) system.hooks.faults({ delayMs: holdMs });
      try {
        return await acts();
      } finally {
        for (const system of [ce, fno]) system.hooks.faults({});
        await settled();
      }
    },
    stop: () => (stopping ??= stop()),
    get isStopping() {
      return stopping !== undefined;
    },
  };
}

/** At the example's own port, or at any free one when that is taken. */
async function startSomewhere(config: Config, logger: Logger): Promise<Sidecar> {
  try {
    return await startSidecar(config, logger);
  } catch (cause) {
    if (!(cause instanceof ConcordError) || cause.code !== 'PORT_TAKEN') throw cause;
    return startSidecar({ ...config, server: { ...config.server, port: 0 } }, logger);
  }
}

const EXAMPLE = fileURLToPath(new URL('../../../../examples/abctextiles/concord.yaml', import.meta.url));
const SECRET = 'concord-secret';

/** The example's configuration, with the ledger in a folder of its own. */
function configOf(ceUrl: string, fnoUrl: string, folder: string): Config {
  const env = { CE_URL: ceUrl, FNO_URL: fnoUrl, CE_SECRET: SECRET, FNO_SECRET: SECRET };
  const read = parseConfig(readFileSync(EXAMPLE, 'utf8'), { file: EXAMPLE, env });
  if (read.kind === 'faults') throw configWrong(EXAMPLE, read.faults);
  return {
    ...read.config,
    ledger: { file: join(folder, 'concord.db') },
    server: { ...read.config.server, keys: join(folder, 'concord.keys.json') },
    limits: { ...read.config.limits, pollMs: POLL_MS, retryMs: RETRY_MS, retryMsMax: RETRY_MS_MAX },
  };
}

/** Takes the sidecar's log, and counts what it says. */
function openLog() {
  const counts = new Map<string, number>();
  return {
    write(line: string): void {
      const name = /"msg":"([^"]*)"/.exec(line)?.[1] ?? '';
      counts.set(name, (counts.get(name) ?? 0) + 1);
    },
    count: (name: string) => counts.get(name) ?? 0,
  };
}
