import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { open, rename, type FileHandle } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { RecordId, RetentionArchive } from '@concord/core';
import { timeWord } from './backups.ts';

const OWNER_ALONE = 0o600;
/** So many lines are gathered before they are written, and everybody else has a turn. */
const LINES_TOGETHER = 200;

/** What is kept, in the lines of an export. */
export interface Archived {
  readonly head: string;
  historyLines(record: RecordId): Iterable<string>;
  /** Behind so many lines, of which this is the SHA-256, as hex digits. */
  end(lines: number, sha256: string): string;
}

interface Writing {
  readonly file: string;
  readonly handle: FileHandle;
  readonly digest: ReturnType<typeof createHash>;
  readonly bytes: number;
  readonly lines: number;
}

/**
 * Keeps what a pass takes out of the ledger: a file of lines as an export has them, begun with the first record, and named without `.part` once
 * it has its end. What was put is on the disk. One that was left by a kill keeps its name, and proves what it holds as well.
 */
export function openArchive(
  folder: string,
  ledgerFile: string,
  { head, historyLines, end }: Archived,
  nowMs: () => number,
): RetentionArchive {
  let writing: Writing | undefined;

  async function begun(): Promise<Writing> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, `${basename(ledgerFile)}-${timeWord(nowMs())}.jsonl`);
    const handle = await open(`${file}.part`, 'wx', OWNER_ALONE);
    return append({ file, handle, digest: createHash('sha256'), bytes: 0, lines: 0 }, [head]);
  }

  return {
    async put(record) {
      const before = (writing ??= await begun());
      const backTo = { ...before, digest: before.digest.copy() };
      let now = before;
      let together: string[] = [];
      for (const line of historyLines(record)) {
        if (together.push(line) < LINES_TOGETHER) continue;
        now = await append(now, together);
        together = [];
        await turn();
      }
      writing = await append(now, together);
      await writing.handle.datasync();
      return async () => {
        writing = backTo;
        await backTo.handle.truncate(backTo.bytes);
      };
    },
    async close() {
      if (!writing) return;
      const { file, handle, lines, digest } = writing;
      await handle.write(`${end(lines, digest.digest('hex'))}\n`, writing.bytes);
      writing = undefined;
      await handle.sync();
      await handle.close();
      await rename(`${file}.part`, file);
    },
  };
}

async function append(to: Writing, lines: readonly string[]): Promise<Writing> {
  const text = lines.map((line) => `${line}\n`).join('');
  const { bytesWritten } = await to.handle.write(text, to.bytes);
  to.digest.update(text);
  return { ...to, bytes: to.bytes + bytesWritten, lines: to.lines + lines.length };
}
