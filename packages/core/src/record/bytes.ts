import { utf8ToBytes } from '@noble/hashes/utils.js';

const START_BYTES = 4096;
/** A writer that once took a large document gives the room back. */
const KEPT_BYTES_MAX = 1_048_576;
const SHORT_CHARS_MAX = 64;
const LOW_7 = 0x7f;
const MORE = 0x80;
const BITS = 128;

/** Bytes in the making, with the number encodings of Automerge's binary format (LEB128). */
export interface Writer {
  readonly length: number;
  byte(value: number): void;
  /** Unsigned LEB128; for whole numbers from 0 to 2^53. */
  unsigned(value: number): void;
  /** Signed LEB128; for whole numbers within ±2^53. */
  signed(value: number): void;
  raw(bytes: Uint8Array): void;
  utf8(value: string): void;
  /** The bytes that lower-case hex digits stand for. */
  hex(digits: string): void;
  /** Length, then UTF-8. */
  text(value: string): void;
  /** The bytes from `from` on. A view: good until something else is written. */
  view(from: number): Uint8Array;
  /** Forgets everything, so that the room can be used again. */
  clear(): void;
}

export function openWriter(): Writer {
  let bytes = new Uint8Array(START_BYTES);
  let length = 0;

  function reserve(more: number): void {
    if (length + more <= bytes.length) return;
    const larger = new Uint8Array(Math.max(bytes.length * 2, length + more));
    larger.set(bytes);
    bytes = larger;
  }

  function byte(value: number): void {
    reserve(1);
    bytes[length] = value;
    length += 1;
  }

  // Division instead of shifts: counters and times go beyond 32 bits.
  function unsigned(value: number): void {
    let rest = value;
    while (rest >= BITS) {
      byte((rest % BITS) | MORE);
      rest = Math.floor(rest / BITS);
    }
    byte(rest);
  }

  function signed(value: number): void {
    let rest = value;
    for (;;) {
      const low = ((rest % BITS) + BITS) % BITS;
      rest = Math.floor(rest / BITS);
      const signBit = (low & 0x40) !== 0;
      if ((rest === 0 && !signBit) || (rest === -1 && signBit)) return byte(low & LOW_7);
      byte(low | MORE);
    }
  }

  function utf8(value: string): void {
    if (!isShortAscii(value)) return raw(utf8ToBytes(value));
    reserve(value.length);
    for (let index = 0; index < value.length; index += 1) bytes[length + index] = value.charCodeAt(index);
    length += value.length;
  }

  function raw(more: Uint8Array): void {
    reserve(more.length);
    bytes.set(more, length);
    length += more.length;
  }

  function hex(digits: string): void {
    for (let index = 0; index < digits.length; index += 2) byte(digit(digits.charCodeAt(index)) * 16 + digit(digits.charCodeAt(index + 1)));
  }

  return {
    get length() {
      return length;
    },
    byte,
    unsigned,
    signed,
    raw,
    utf8,
    hex,
    text(value) {
      if (isShortAscii(value)) unsigned(value.length);
      else unsigned(utf8ToBytes(value).length);
      utf8(value);
    },
    view: (from) => bytes.subarray(from, length),
    clear() {
      length = 0;
      if (bytes.length > KEPT_BYTES_MAX) bytes = new Uint8Array(START_BYTES);
    },
  };
}

/** Nearly all names and most values are: byte by byte they cost less than through an encoder. */
function isShortAscii(value: string): boolean {
  if (value.length > SHORT_CHARS_MAX) return false;
  for (let index = 0; index < value.length; index += 1) if (value.charCodeAt(index) >= BITS) return false;
  return true;
}

const [ZERO, NINE, A] = [48, 57, 97];

function digit(code: number): number {
  return code <= NINE ? code - ZERO : code - A + 10;
}
