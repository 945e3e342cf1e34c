import { existsSync, readFileSync } from 'node:fs';
import { quickjsSandbox, readOnlyLedger, type ReadOnlyLedger } from '@concord/adapters';
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
import { addressOf } from '../address.ts';
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

/** The same with the ledger of the configuration, opened for reading. Throws LEDGER_HELD while a sidecar holds it. */
export function withLedger(
  file: string,
  work: (laboratory: Laboratory & { readonly ledger: LabLedger }) => Promise<number>,
): Promise<number> {
  return inLaboratory(file, async (laboratory) => {
    const ledger = unlocked(laboratory.config, askItIn, () => readOnlyLedger(laboratory.config.ledger));
    try {
      return await work({ ...laboratory, ledger });
    } finally {
      await ledger.close();
    }
  });
}

/** What else to do, where a sidecar holds the ledger. */
type Instead = (address: string) => string;

/** Of a command that a sidecar carries out as well. */
export const askItIn: Instead = (url) => `Ask the sidecar that holds it: give --url ${url} instead of --config; or stop it first.`;

/** Of a command that may as well look at a copy. */
const backUpFirst: Instead = (url) =>
  `Look at a copy: concord backup --url ${url}, then this with --ledger <the backup>; or stop the sidecar first.`;

/** Of a command that nothing else does. */
export const stopItFirst: Instead = () => 'Stop the sidecar that holds it first, and start it again afterwards.';

/** Opens a ledger. Throws LEDGER_HELD, with what to do instead, where another process has it. */
export function unlocked<Opened>({ ledger: { file }, server }: Config, instead: Instead, open: () => Opened): Opened {
  try {
    return open();
  } catch (thrown) {
    throw heldInstead(thrown, { file, instead: instead(addressOf(server)) });
  }
}

/** A ledger to be read: another file, such as a backup, or that of the configuration. Throws FILE_UNUSABLE, LEDGER_HELD. */
export function ledgerToRead(config: Config, other: string | undefined): ReadOnlyLedger {
  if (other === undefined) return unlocked(config, backUpFirst, () => readOnlyLedger(config.ledger));
  mustExist(other);
  return unlocked({ ...config, ledger: { file: other } }, stopItFirst, () => readOnlyLedger({ file: other }));
}

/** Throws FILE_UNUSABLE. */
export function mustExist(file: string): void {
  if (!existsSync(file)) throw new ConcordError('FILE_UNUSABLE', { file, words: 'there is no such file' });
}

/** The error that says what to do instead, where it was that another process holds a ledger; else what was thrown. */
export function heldInstead(thrown: unknown, words: { readonly file: string; readonly instead: string }): unknown {
  return thrown instanceof ConcordError && thrown.code === 'LEDGER_LOCKED' ? new ConcordError('LEDGER_HELD', words, thrown) : thrown;
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
  if (Number.isNaN(ms)) throw new ConcordError('ASK_WRONG', { words: `"${text}" is no time; write 2026-11-23T20:58:17Z, or 7d, 12h, 30m` });
  return ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

const COUNT_MAX = 100_000;

export function countFrom(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 0 || count > COUNT_MAX)
    throw new ConcordError('ASK_WRONG', { words: `"${text}" is no whole number from 0 to ${COUNT_MAX}` });
  return count;
}
