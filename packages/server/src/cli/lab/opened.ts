import { existsSync, readFileSync } from 'node:fs';
import { readOnlyLedger } from '@concord/adapters';
import { compileTable, ConcordError, policies, tellFault, type Config, type Fault, type LabLedger, type Table } from '@concord/core';
import { loadConfig } from '../config-file.ts';

/** What a command of the laboratory works on. */
export interface Laboratory {
  readonly config: Config;
  readonly tables: ReadonlyMap<string, Table>;
  readonly ledger: LabLedger;
}

/** Opens the ledger of a configuration for reading, and lets go of it afterwards. Throws LAB_LOCKED while a sidecar holds it. */
export async function inLaboratory(file: string, how: string, work: (laboratory: Laboratory) => Promise<number>): Promise<number> {
  const config = loadConfig(file);
  const ledger = unlocked(config, how, () => readOnlyLedger(config.ledger));
  try {
    return await work({ config, tables: tablesOf(config.entities), ledger });
  } finally {
    await ledger.close();
  }
}

export function unlocked<Opened>({ ledger: { file } }: Config, how: string, open: () => Opened): Opened {
  try {
    return open();
  } catch (thrown) {
    if (!(thrown instanceof ConcordError) || thrown.code !== 'LEDGER_LOCKED') throw thrown;
    throw new ConcordError('LAB_LOCKED', { file, how }, thrown);
  }
}

export function tablesOf(entities: Config['entities']): ReadonlyMap<string, Table> {
  return new Map(entities.map((map) => [map.entity, compileTable(map, policies)]));
}

export const STOP_IT = 'Stop the sidecar first, and start it again afterwards.';

/** Throws CONFIG_MISSING. */
export function textOf(file: string): string {
  if (!existsSync(file)) throw new ConcordError('CONFIG_MISSING', { file });
  return readFileSync(file, 'utf8');
}

/** Throws CONFIG_WRONG with every fault. */
export function refuse(file: string, faults: readonly Fault[]): never {
  throw new ConcordError('CONFIG_WRONG', { file, count: faults.length, faults: `\n${faults.map(tellFault).join('\n')}` });
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
