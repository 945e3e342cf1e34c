import { constants, copyFileSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { readOnlyLedger, restoreLedger, sqliteLedger } from '@concord/adapters';
import { ConcordError } from '@concord/core';
import { Type } from 'typebox';
import { backupFile, timeWord } from '../../backups.ts';
import { clock } from '../../surroundings.ts';
import { loadConfig } from '../config-file.ts';
import { exactlyOne, postTo, SIDECAR_OR_NONE } from '../lab/asked.ts';
import { askItIn, heldInstead, inLaboratory, mustExist, stopItFirst, unlocked } from '../lab/opened.ts';
import { verifyLedger } from './verify.ts';

export interface BackupGiven {
  readonly url?: string;
  readonly config?: string;
  /** A folder to put it into. */
  readonly to?: string;
}

/** Has the sidecar that runs make a backup, or makes one where none runs. */
export async function backup({ to, ...where }: BackupGiven): Promise<number> {
  // A folder that cannot be had is found before the work.
  if (to !== undefined) mkdirSync(to, { recursive: true, mode: 0o700 });
  const made = await exactlyOne(where, SIDECAR_OR_NONE, { ask: backUpThere, work: backUpHere });
  const file = to === undefined ? made.file : moved(made.file, resolve(to));
  console.log(`${file} (${made.bytes} bytes). To be sure of it: concord verify --config ${where.config ?? '<file>'} --ledger ${file}`);
  return 0;
}

const shape = Type.Object({ file: Type.String(), bytes: Type.Number() });

function backUpThere(url: string): Promise<{ readonly file: string; readonly bytes: number }> {
  return postTo(`${url}/v1/backups`, {}, shape);
}

async function backUpHere(config: string) {
  const loaded = loadConfig(config);
  const { ledger: kept } = loaded;
  const ledger = unlocked(loaded, askItIn, () => sqliteLedger(kept));
  try {
    return await ledger.backUp(backupFile(kept, clock.nowMs()), (done, of) => console.log(`${done} of ${of} pages`));
  } finally {
    await ledger.close();
  }
}

function moved(from: string, folder: string): string {
  const file = join(folder, basename(from));
  try {
    copyFileSync(from, file, constants.COPYFILE_EXCL);
    rmSync(from);
  } catch (cause) {
    console.error(`The backup was made, and could not be moved: it is ${from}.`);
    throw cause;
  }
  return file;
}

export interface RestoreGiven {
  readonly config: string;
  readonly by: string;
}

/** Puts a backup in the ledger's place, after all of it was held against itself. The ledger that is there is kept beside it. */
export async function restore(from: string, { config: file, by }: RestoreGiven): Promise<number> {
  mustExist(from);
  return inLaboratory(file, async ({ config, tables }) => {
    const to = config.ledger.file;
    const nowMs = clock.nowMs();
    const examine = async (copy: string): Promise<void> => {
      const ledger = readOnlyLedger({ file: copy });
      try {
        const telling = {
          fault: (words: string) => console.error(words),
          progress: (done: number, of: number) => console.log(`${done} of ${of} records verified`),
        };
        const { records, faults } = await verifyLedger(ledger, tables, telling);
        if (faults > 0) throw new ConcordError('BACKUP_WRONG', { file: from, count: faults });
        console.log(`${records} records verified, 0 wrong`);
      } finally {
        await ledger.close();
      }
    };
    const restoring = { from: resolve(from), to, aside: `${to}.before-${timeWord(nowMs)}`, examine, by, nowMs };
    const { kept } = await restoreLedger(restoring).catch((thrown: unknown) => {
      throw heldInstead(thrown, { file: to, instead: stopItFirst('') });
    });
    console.log(`${to} is restored.${kept === undefined ? '' : ` The ledger that was there is kept as ${kept}.`}`);
    console.log(
      'When the sidecar is started, it lists everything again before it writes anything: what happened since the backup is found.',
    );
    return 0;
  });
}
