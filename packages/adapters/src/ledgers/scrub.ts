import { ERASED_WORDS, type Erasure, type FailureRow, type Json, type RecordId } from '@concord/core';

type Scrub = Erasure['scrub'];

/** What a system said of a record may tell a value in any form: of the record itself, no words are kept. */
export function scrubFailure(row: FailureRow, records: ReadonlySet<RecordId>, scrub: Scrub): FailureRow {
  const isOfThem = row.record !== undefined && records.has(row.record);
  return { ...row, words: isOfThem ? ERASED_WORDS : scrub(row.words) };
}

/** Of a note only its `words` are words: what else stands in it has a meaning that must not change. */
export function scrubNote(note: Json, scrub: Scrub): Json {
  if (typeof note !== 'object' || note === null) return note;
  if (isList(note)) return note.map((item) => scrubNote(item, scrub));
  return Object.fromEntries(
    Object.entries(note).map(
      ([name, item]) => [name, name === 'words' && typeof item === 'string' ? scrub(item) : scrubNote(item, scrub)] as const,
    ),
  );
}

function isList(json: Json): json is readonly Json[] {
  return Array.isArray(json);
}
