import { ConcordError } from '@concord/core';
import { closeSync, copyFileSync, existsSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs';

const HEAD_BYTES = 32;
const FRAME_HEAD_BYTES = 24;
/** SQLite's magic number of a log; the last bit says which way round its checksums were reckoned. */
const MAGIC = 0x37_7f_06_82;
const CHECKED_BYTES = 8;

/** What stands in a ledger's write-ahead log. */
export interface Log {
  /** Bytes from the start that can be read; SQLite reads no further. */
  readonly soundBytes: number;
  readonly commits: number;
  /**
   * Commits behind a place that cannot be read. One may be a commit that a power cut interrupted, which nobody was told of as done. Two cannot:
   * the second was begun only after the first was acknowledged. SQLite leaves them out without a word.
   */
  readonly commitsBehindTear: number;
}

/** Reads a log without touching it. `undefined`: there is none, or nothing in it. */
export function readLog(ledgerFile: string): Log | undefined {
  const file = `${ledgerFile}-wal`;
  if (!existsSync(file)) return undefined;
  const handle = openSync(file, 'r');
  try {
    const { size } = fstatSync(handle);
    const head = Buffer.alloc(HEAD_BYTES);
    if (size < HEAD_BYTES || readSync(handle, head, 0, HEAD_BYTES, 0) < HEAD_BYTES) return undefined;
    const magic = head.readUInt32BE(0);
    return magic === MAGIC || magic === MAGIC + 1 ? follow(handle, size, head, magic === MAGIC) : undefined;
  } finally {
    closeSync(handle);
  }
}

function follow(handle: number, size: number, head: Buffer, isLittle: boolean): Log {
  const frame = Buffer.alloc(FRAME_HEAD_BYTES + head.readUInt32BE(8));
  const salts = head.subarray(16, 24);
  let sums = checksum([0, 0], head.subarray(0, 24), isLittle);
  let torn = sums[0] !== head.readUInt32BE(24) || sums[1] !== head.readUInt32BE(28);
  let [soundBytes, commits, commitsBehindTear] = [HEAD_BYTES, 0, 0];
  for (let at = HEAD_BYTES; at + frame.length <= size; at += frame.length) {
    readSync(handle, frame, 0, frame.length, at);
    // Another salt: left over from an earlier round through the same file.
    if (!frame.subarray(8, 16).equals(salts)) {
      if (torn) continue;
      break;
    }
    const isCommit = frame.readUInt32BE(4) !== 0;
    if (!torn) {
      sums = checksum(checksum(sums, frame.subarray(0, CHECKED_BYTES), isLittle), frame.subarray(FRAME_HEAD_BYTES), isLittle);
      torn = sums[0] !== frame.readUInt32BE(16) || sums[1] !== frame.readUInt32BE(20);
    }
    if (torn) commitsBehindTear += isCommit ? 1 : 0;
    else if (isCommit) [soundBytes, commits] = [at + frame.length, commits + 1];
  }
  return { soundBytes, commits, commitsBehindTear };
}

type Sums = readonly [number, number];

function checksum([first, second]: Sums, bytes: Buffer, isLittle: boolean): Sums {
  let [a, b] = [first, second];
  for (let at = 0; at < bytes.length; at += 8) {
    a = (a + (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)) + b) >>> 0;
    b = (b + (isLittle ? bytes.readUInt32LE(at + 4) : bytes.readUInt32BE(at + 4)) + a) >>> 0;
  }
  return [a, b];
}

/** Whether commits that were acknowledged stand behind a tear. */
export function isTorn(log: Log): boolean {
  return log.commitsBehindTear > 1;
}

/** Throws LEDGER_TORN. Only for a file that nobody holds: a log that is being written looks torn for a moment. */
export function assertWhole(file: string): void {
  const log = readLog(file);
  if (log && isTorn(log)) throw new ConcordError('LEDGER_TORN', { file, count: log.commitsBehindTear });
}

/** Ends a torn log before its tear, and keeps the whole of it under another name: what is behind is given up. `undefined`: it is not torn. */
export function mendLog(ledgerFile: string, aside: string): { readonly given: number; readonly kept: string } | undefined {
  const log = readLog(ledgerFile);
  if (!log || !isTorn(log)) return undefined;
  copyFileSync(`${ledgerFile}-wal`, aside);
  truncateSync(`${ledgerFile}-wal`, log.soundBytes);
  return { given: log.commitsBehindTear, kept: aside };
}
