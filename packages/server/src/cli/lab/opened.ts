import { existsSync, readFileSync } from 'node:fs';
import { quickjsSandbox, readOnlyLedger } from '@concord/adapters';
import {
  compileTable,
  ConcordError,
  parseOverlay,
  policyKinds,
  tellFault,
  type Config,
  type LabLedger,
  type Registry,
  type Sandbox,
  type Tables,
} from '@concord/core';
import { configWrong } from '../../config-wrong.ts';
import { loadConfig, modulesOf } from '../config-file.ts';

/** What a command of the laboratory works on: a configuration, with its policies ready to run. */
export interface Laboratory {
  readonly config: Config;
  readonly kinds: Registry;
  readonly tables: Tables;
  readonly sandbox: Sandbox;
}

/** Reads a configuration, and lets go of its sandbox afterwards. */
export async function inLaboratory(file: string, work: (laboratory: Laboratory) => Promise<number>): Promise<number> {
  const config = loadConfig(file);
  const sandbox = quickjsSandbox();
  try {
    const kinds = policyKinds(config.policies, sandbox);
    return await work({ config, kinds, tables: tablesOf(config.entities, kinds), sandbox });
  } finally {
    await sandbox.close();
  }
}

/** The same with the ledger of the configuration, opened for reading. Throws LAB_LOCKED while a sidecar holds it. */
export function withLedger(
  file: string,
  work: (laboratory: Laboratory & { readonly ledger: LabLedger }) => Promise<number>,
): Promise<number> {
  return inLaboratory(file, async (laboratory) => {
    const ledger = unlocked(laboratory.config, () => readOnlyLedger(laboratory.config.ledger));
    try {
      return await work({ ...laboratory, ledger });
    } finally {
      await ledger.close();
    }
  });
}

export function unlocked<Opened>({ ledger: { file } }: Config, open: () => Opened): Opened {
  try {
    return open();
  } catch (thrown) {
    if (!(thrown instanceof ConcordError) || thrown.code !== 'LEDGER_LOCKED') throw thrown;
    throw new ConcordError('LAB_LOCKED', { file }, thrown);
  }
}

function tablesOf(entities: Config['entities'], kinds: Registry): Tables {
  return new Map(entities.map((map) => [map.entity, compileTable(map, kinds)]));
}

/** The tables with the policies of another file. Throws CONFIG_WRONG with every fault of it, each with its line; what looks wrong is said. */
export function overlaid(file: string, { config, kinds, sandbox }: Laboratory): Tables {
  const options = { file, env: process.env, modules: modulesOf(file, sandbox) };
  const read = parseOverlay(textOf(file), { entities: config.entities, kinds }, options);
  if (read.kind === 'faults') throw configWrong(file, read.faults);
  for (const warning of read.warnings) console.error(tellFault(warning));
  return tablesOf(read.entities, read.policies ? policyKinds(read.policies, sandbox) : kinds);
}

/** Throws CONFIG_MISSING. */
export function textOf(file: string): string {
  if (!existsSync(file)) throw new ConcordError('CONFIG_MISSING', { file });
  return readFileSync(file, 'utf8');
}

/** An instant, or a time back from now such as 7d, 12h or 30m. */
export function timeFrom(text: string): number {
  const [, count, unit] = /^(\d{1,5})([dhm])$/u.exec(text) ?? [];
  const ms = count === undefined ? Date.parse(text) : Date.now() - Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  if (Number.isNaN(ms))
    throw new ConcordError('LAB_ASK_WRONG', { words: `"${text}" is no time; write 2026-11-23T20:58:17Z, or 7d, 12h, 30m` });
  return ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

const COUNT_MAX = 100_000;

export function countFrom(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX)
    throw new ConcordError('LAB_ASK_WRONG', { words: `"${text}" is no whole number from 0 to ${COUNT_MAX}` });
  return count;
}
