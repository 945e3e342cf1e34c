import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { ConcordError, type EngineStatus } from '@concord/core';

/** With less room than this no commit of usual size is sure to be taken. */
const ROOM_BYTES_MIN = 262_144;

/** How the engine stands, with what is seen of the disk: a full one is told before something has to be written, and as long as it is full. */
export function withDisk(ledgerFile: string, status: () => EngineStatus, nowMs: () => number): () => EngineStatus {
  let fullSinceMs: number | undefined;
  return () => {
    const now = status();
    fullSinceMs = hasRoom(ledgerFile) ? undefined : (fullSinceMs ?? nowMs());
    if (now.ledger || fullSinceMs === undefined) return now;
    const { code, message: words, remedy } = new ConcordError('LEDGER_FULL', { file: ledgerFile });
    return { ...now, ledger: { code, words, remedy, sinceMs: fullSinceMs } };
  };
}

/** Where that cannot be asked there is no reason to doubt it: a commit that fails says so itself. */
function hasRoom(ledgerFile: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(dirname(ledgerFile));
    return bavail * bsize >= ROOM_BYTES_MIN;
  } catch {
    return true;
  }
}
