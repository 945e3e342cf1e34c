import type { Binding } from '@concord/core';
import { z } from 'zod';
import { authOptions } from '../../shared/tokens/auth.ts';
import { GATHERED_MAX } from '../../shared/odata/gathering.ts';
import { TIMEOUT_MS_DEFAULT } from '../../shared/odata/transport.ts';

/** The most rows that the service puts on a page. */
const PAGE_ROWS_MAX = 10_000;
const TIMEOUT_MS_MAX = 600_000;
const SWEEP_EVERY_MS_DEFAULT = 900_000;
const OVERLAP_MS_DEFAULT = 60_000;
const DAY_MS = 86_400_000;

/** What a configuration block of `adapter: finops` may say. */
export const finopsOptions = z.strictObject({
  /** The environment's address, for example `https://org.operations.dynamics.com`. */
  url: z.url({
    protocol: /^https?$/,
    error: 'url must be the address of the environment, for example https://org.operations.dynamics.com',
  }),
  /** The legal entity whose rows are mirrored. The service writes company ids in lower case. */
  company: z
    .string('company must name the legal entity, for example "usmf"')
    .regex(/^\w{1,4}$/, 'company must be the id of a legal entity: one to four letters or digits')
    .transform((text) => text.toLowerCase()),
  auth: authOptions,
  pageRows: z.number().int().min(1).max(PAGE_ROWS_MAX).default(1000),
  /** So many writes and reads of single rows are sent in one `$batch` at the most; 1: each by itself. */
  batch: z.number().int().min(1).max(GATHERED_MAX).default(1),
  timeoutMs: z.number().int().min(1).max(TIMEOUT_MS_MAX).default(TIMEOUT_MS_DEFAULT),
  /** How often a feed by modification time looks for rows that are gone. */
  sweepEveryMs: z.number().int().min(0).max(DAY_MS).default(SWEEP_EVERY_MS_DEFAULT),
  /** How far a feed by modification time reaches back: a row is stamped before its transaction is committed. */
  overlapMs: z.number().int().min(0).max(DAY_MS).default(OVERLAP_MS_DEFAULT),
});

export type FinopsOptions = z.output<typeof finopsOptions>;

const FEEDS = ['sweep', 'modified'] as const;
const CONCURRENCIES = ['etag', 'verify-after-write'] as const;
const bindingWords = z.object({ feed: z.enum(FEEDS).default('sweep'), concurrency: z.enum(CONCURRENCIES).default('etag') });

/** The adapter's own words in a binding. */
export type BindingWords = z.output<typeof bindingWords>;

/** Reads a binding's `feed` and `concurrency`; a fault in words when one is unknown. */
export function wordsOf(binding: Binding): BindingWords | { readonly fault: string } {
  const parsed = bindingWords.safeParse(binding);
  if (parsed.success) return parsed.data;
  return { fault: `${binding.entity}: feed must be one of ${FEEDS.join(', ')}; concurrency one of ${CONCURRENCIES.join(', ')}` };
}
