import {
  accessSync,
  constants,
  existsSync,
  openSync,
  closeSync,
  readFileSync,
  readSync,
  rmSync,
  statfsSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { ConcordError, countOf, messageOf } from '@concord/core';
import { readOnlyLedger } from './read-only.ts';
import { isTorn, readLog } from './wal.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly state: 'good' | 'warning' | 'fault';
  readonly words: string;
  /** What to do; absent where all is well. */
  readonly remedy?: string;
}

const FULL_BYTES = 16 * 1_048_576;
const SCARCE_BYTES = 256 * 1_048_576;
const MAGIC = 'SQLite format 3';
const PAGE_ROWS = 200;

const ASK_HOLDER = 'Ask the sidecar that holds it: concord doctor --url <url>';

/**
 * Looks at a ledger file and around it, from the outside in, and changes nothing. Ends where what is deeper cannot be reached. `askHolder`: what to
 * do where another process holds it.
 */
export async function inspectLedger(file: string, askHolder = ASK_HOLDER): Promise<readonly Finding[]> {
  const around = [...folderFindings(file)];
  if (!existsSync(file)) return [...around, warning('there is no ledger file yet', 'The first start makes it.')];
  const outside = [...around, ...rightFindings(file), ...headFindings(file)];
  return isDatabase(file) ? [...outside, ...(await insideFindings(file, askHolder))] : outside;
}

const good = (words: string): Finding => ({ state: 'good', words });
const warning = (words: string, remedy: string): Finding => ({ state: 'warning', words, remedy });
const fault = (words: string, remedy: string): Finding => ({ state: 'fault', words, remedy });

function folderFindings(file: string): readonly Finding[] {
  const folder = dirname(file);
  if (!existsSync(folder)) return [fault(`the folder ${folder} does not exist`, 'Make it, or correct `ledger.file` in the configuration.')];
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const words = `${Math.floor(free / 1_048_576)} MiB are free on its disk`;
  const room =
    free < FULL_BYTES
      ? fault(words, 'Free some disk space: nothing can be written. A sidecar that runs waits, and goes on by itself.')
      : undefined;
  const scarce = free < SCARCE_BYTES ? warning(words, 'Free some disk space before it is full.') : good(words);
  return [room ?? scarce, writable(folder)];
}

function writable(folder: string): Finding {
  const probe = `${folder}/.concord-doctor-${process.pid}`;
  try {
    writeFileSync(probe, '');
    rmSync(probe);
    return good('its folder can be written');
  } catch (thrown) {
    const words = `its folder ${folder} cannot be written: ${messageOf(thrown)}`;
    return fault(words, 'Give the user that Concord runs as the right to write there; the log stands beside the ledger.');
  }
}

function rightFindings(file: string): readonly Finding[] {
  const remedy = `Give the user that Concord runs as the right to write: chmod u+w ${file}`;
  if ((statSync(file).mode & 0o222) === 0) return [fault('the file is read-only', remedy)];
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return [good('the file can be read and written')];
  } catch (thrown) {
    return [fault(`the file cannot be used: ${messageOf(thrown)}`, remedy)];
  }
}

function head(file: string): Buffer {
  const bytes = Buffer.alloc(MAGIC.length);
  const handle = openSync(file, 'r');
  try {
    readSync(handle, bytes, 0, MAGIC.length, 0);
    return bytes;
  } finally {
    closeSync(handle);
  }
}

/** Whose database it is stands in its first page, which may be in the log still: that is for those who read both. */
function isDatabase(file: string): boolean {
  return head(file).toString('latin1', 0, MAGIC.length) === MAGIC;
}

function headFindings(file: string): readonly Finding[] {
  if (statSync(file).size === 0)
    return [warning('the file is empty', 'The next start makes a new ledger in it. Was it cut off? Then restore the last backup.')];
  return isDatabase(file)
    ? []
    : [fault('the file is no Concord ledger, or its first page is gone', `${RESTORE}; or correct \`ledger.file\`.`)];
}

function logFindings(file: string): readonly Finding[] {
  const log = readLog(file);
  if (!log) return [good('nothing stands in its log')];
  if (!isTorn(log)) return [good(`${log.commits} commits stand in its log, and can be read`)];
  const words = `its log is torn: ${log.commitsBehindTear} commits behind the tear cannot be read`;
  return [
    fault(
      words,
      'Restore the last backup; or give those commits up with: concord doctor --config <file> --mend. The systems are read again from where the ledger then stands.',
    ),
  ];
}

async function insideFindings(file: string, askHolder: string): Promise<readonly Finding[]> {
  try {
    const ledger = readOnlyLedger({ file });
    try {
      const pages = ledger.unsound().map((words) => fault(`its pages: ${words}`, RESTORE));
      return [
        ...logFindings(file),
        ...(pages.length === 0 ? [good('its pages hang together')] : pages),
        await recordsFinding(ledger),
        ...erasingFindings(ledger),
      ];
    } finally {
      await ledger.close();
    }
  } catch (thrown) {
    if (!(thrown instanceof ConcordError)) throw thrown;
    if (thrown.code === 'LEDGER_LOCKED') return [warning(`the file is in use${holderOf(file)}`, askHolder)];
    if (thrown.code === 'LEDGER_TORN') return logFindings(file);
    const remedy = thrown.code === 'LEDGER_DAMAGED' ? RESTORE : thrown.remedy;
    return [thrown.code === 'LEDGER_OLDER' ? warning(thrown.message, remedy) : fault(thrown.message, remedy)];
  }
}

function erasingFindings(ledger: ReturnType<typeof readOnlyLedger>): readonly Finding[] {
  if (!ledger.isErasing()) return [];
  const words = 'an erasure is not finished: bytes of what was erased may be left in free pages';
  return [
    fault(
      words,
      'Free as much disk space as the ledger takes, and start the sidecar: it finishes that first. Make no copy of the file until then.',
    ),
  ];
}

const RESTORE = 'Keep a copy of the file, then restore the last backup: concord restore <backup> --config <file> --by <name>';

async function recordsFinding(ledger: ReturnType<typeof readOnlyLedger>): Promise<Finding> {
  const records = await countOf(PAGE_ROWS, (ask) => ledger.records(ask));
  const { records: told } = await ledger.counts();
  if (records !== told) return fault(`it counts ${told} records and holds ${records}`, RESTORE);
  return good(`${records} records can be read; concord verify looks into their histories too`);
}

/** Linux tells which process holds a lock on a file; elsewhere nobody knows. */
function holderOf(file: string): string {
  try {
    const { ino } = statSync(file);
    const line = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((one) => one.includes(`:${ino} `));
    const pid = /(?:READ|WRITE) +(\d+) /u.exec(line ?? '')?.[1];
    return pid === undefined ? '' : ` by process ${pid}`;
  } catch {
    return '';
  }
}
