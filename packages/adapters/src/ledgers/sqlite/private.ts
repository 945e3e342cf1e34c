import { chmodSync, closeSync, existsSync, openSync } from 'node:fs';

/** Every value of every record stands in the file. */
const OWNER_ALONE = 0o600;
/** What SQLite puts beside a file has the rights that the file had. */
const ENDS = ['', '-wal', '-shm'] as const;

/** Makes a file that its owner alone may read, or takes the rights of others away from one that is there. Another owner's is left as it is. */
export function keepPrivate(file: string): void {
  if (!existsSync(file)) return closeSync(openSync(file, 'a', OWNER_ALONE));
  for (const end of ENDS) {
    try {
      if (existsSync(`${file}${end}`)) chmodSync(`${file}${end}`, OWNER_ALONE);
    } catch {
      // A disk without rights, or somebody else's file: who runs Concord may still be let in, and doctor tells of the folder.
    }
  }
  return undefined;
}
