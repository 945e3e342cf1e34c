import type { z } from 'zod';
import { explain } from './explain.ts';
import type { Complaint, Path } from './fault.ts';

/** Reads a configuration piece by piece, and remembers all that is wrong with it: one bad field does not hide another. */
export interface Reading {
  /** The piece, checked; `undefined` after a complaint. */
  read<Piece>(shape: z.ZodType<Piece>, raw: unknown, path: Path): Piece | undefined;
  complain(complaint: Complaint | undefined): void;
  wrong(path: Path, text: string, suggestion?: string, at?: 'key' | 'value'): void;
  /** Looks wrong, but is allowed. */
  warn(path: Path, text: string, suggestion: string): void;
  readonly complaints: readonly Complaint[];
  readonly warnings: readonly Complaint[];
}

export function openReading(): Reading {
  const complaints: Complaint[] = [];
  const warnings: Complaint[] = [];
  return {
    complaints,
    warnings,
    read: (shape, raw, path) => {
      const result = shape.safeParse(raw);
      if (result.success) return result.data;
      complaints.push(...result.error.issues.flatMap((issue) => explain(issue, raw, path)));
      return undefined;
    },
    complain: (complaint) => {
      if (complaint) complaints.push(complaint);
    },
    wrong: (path, text, suggestion, at = 'value') => {
      complaints.push({ path, at, text, ...(suggestion === undefined ? {} : { suggestion }) });
    },
    warn: (path, text, suggestion) => {
      warnings.push({ path, at: 'key', text, suggestion });
    },
  };
}

/** A block's members by name; nothing when it is no block. */
export function membersOf(raw: unknown): Readonly<Record<string, unknown>> {
  return isBlock(raw) ? Object.fromEntries(Object.entries(raw)) : {};
}

export function isBlock(raw: unknown): raw is object {
  return typeof raw === 'object' && raw !== null && !Array.isArray(raw);
}

/** Complains of a block of more names than are read. */
export function isTooLong(reading: Reading, path: Path, found: number, most: number): boolean {
  if (found <= most) return false;
  reading.wrong(path, `There are ${found} of them; ${most} at the most are read.`, 'Divide it, or take out what is not needed.', 'key');
  return true;
}
