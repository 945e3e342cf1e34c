import type { ErrorCode, ErrorParams, LabLedger } from '@concord/core';
import type { Works } from './works.ts';

/** A page of the ledger that the thread asks for: it has no ledger of its own. */
export type Read = {
  readonly [What in keyof LabLedger]: { readonly what: What; readonly ask: Parameters<LabLedger[What]> };
}[keyof LabLedger];

/** To the thread. `Given`: what the one who reads it takes it for. */
export type Sent<Given> =
  | { readonly kind: 'work'; readonly name: keyof Works; readonly ask: Given }
  | { readonly kind: 'rows'; readonly rows: Given }
  | ({ readonly kind: 'unread' } & Failure);

/** What went wrong: an error of the catalogue, or a defect of ours, by its words. */
export interface Failure {
  readonly known?: { readonly code: ErrorCode; readonly params: ErrorParams };
  readonly words: string;
}

/** From the thread. */
export type Told<Answer> =
  | { readonly kind: 'read'; readonly read: Read }
  | { readonly kind: 'done'; readonly answer: Answer }
  | ({ readonly kind: 'failed' } & Failure);
