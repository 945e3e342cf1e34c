import { z } from 'zod';
import { authOptions } from '../../shared/tokens/auth.ts';
import { GATHERED_MAX } from '../../shared/odata/gathering.ts';
import { TIMEOUT_MS_DEFAULT } from '../../shared/odata/transport.ts';

/** The most rows that Dataverse puts on a page. */
const PAGE_ROWS_MAX = 5000;
const TIMEOUT_MS_MAX = 600_000;

/** What a configuration block of `adapter: dataverse` may say. */
export const dataverseOptions = z.strictObject({
  /** The environment's address, for example `https://org.api.crm.dynamics.com`. */
  url: z.url({ protocol: /^https?$/, error: 'url must be the address of the environment, for example https://org.api.crm.dynamics.com' }),
  auth: authOptions,
  pageRows: z.number().int().min(1).max(PAGE_ROWS_MAX).default(1000),
  /** So many writes and reads of single rows are sent in one `$batch` at the most; 1: each by itself. */
  batch: z.number().int().min(1).max(GATHERED_MAX).default(1),
  timeoutMs: z.number().int().min(1).max(TIMEOUT_MS_MAX).default(TIMEOUT_MS_DEFAULT),
});

export type DataverseOptions = z.output<typeof dataverseOptions>;
