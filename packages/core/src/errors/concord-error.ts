import { catalogue, type ErrorCode } from './catalogue.ts';

/** What fills the `{places}` of an entry's words. */
export type ErrorParams = Readonly<Record<string, string | number>>;

/** An error of the catalogue: what happened (`message`), and what the reader can do about it (`remedy`). */
export class ConcordError extends Error {
  override readonly name = 'ConcordError';
  readonly code: ErrorCode;
  readonly remedy: string;
  /** HTTP status. */
  readonly status: number;
  readonly params: ErrorParams;

  constructor(code: ErrorCode, params: ErrorParams = {}, cause?: unknown) {
    const { text, remedy, status } = catalogue[code];
    super(fill(text, params), cause === undefined ? {} : { cause });
    this.code = code;
    this.remedy = fill(remedy, params);
    this.status = status;
    this.params = params;
  }
}

function fill(words: string, params: ErrorParams): string {
  return words.replace(/\{(\w+)\}/gu, (place, name: string) => String(params[name] ?? place));
}
