import type { ConflictCode } from '../register/code.ts';
import type { Edit } from '../record/record.ts';
import type { Value } from '../values.ts';

/** What became of a frontier. `agreed`: nobody lost and no rule was needed. */
export type Decision =
  | { readonly kind: 'agreed'; readonly value: Value }
  | {
      readonly kind: 'settled';
      readonly value: Value;
      readonly rule: string;
      readonly reason: string;
      readonly code: ConflictCode;
      readonly losers: readonly Edit[];
      /** What everybody concerned had seen; absent at a birth. */
      readonly base?: Value;
      /** The value follows from other fields: it stands in place of all edits, which are evidence and nothing more. */
      readonly isOwn?: true;
    }
  | {
      readonly kind: 'held';
      readonly rule: string;
      readonly reason: string;
      readonly code: ConflictCode;
      readonly provisional?: Value;
      /** What everybody concerned had seen, and what stands meanwhile; absent at a birth. */
      readonly base?: Value;
    };

/** The rule by which a person is asked of what a system shows that was put back. */
export const PUT_BACK = 'put back';
