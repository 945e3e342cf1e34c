import { recordId, type RecordId } from '@concord/core';
import { customAlphabet } from 'nanoid';

/** What nanoid uses too, in the order in which SQLite sorts it. */
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
/** Milliseconds since 1970 fill them in the year 2109. */
const TIME_CHARS = 7;
/** 84 bits, for records of the same millisecond. */
const CHANCE_CHARS = 14;

const chance = customAlphabet(ALPHABET, CHANCE_CHARS);

/**
 * Ids that sort by the time when they were made. The tables of the ledger stand in the order of ids: new records come together at their end, where ids
 * without order would touch a page of each index for each record.
 */
export function newRecordId(nowMs: number): RecordId {
  let [time, rest] = ['', nowMs];
  for (let at = 0; at < TIME_CHARS; at += 1) {
    time = ALPHABET.charAt(rest % ALPHABET.length) + time;
    rest = Math.floor(rest / ALPHABET.length);
  }
  return recordId(time + chance());
}
