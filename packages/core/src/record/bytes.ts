import { utf8ToBytes } from '@noble/hashes/utils.js';

const START_BYTES = 65_536;
/** A writer that once took a large document gives the room back. */
const KEPT_BYTES_MAX = 1_048_576;
/** Longer texts cost less through an encoder. */
const SHORT_CHARS_MAX = 1_024;
const LOW_7 = 0x7f;
const MORE = 0x80;
const SIGN = 0x40;
const BITS = 128;
/** Up to here numbers are split by shifting, which is quicker; counters and times go beyond. */
const SHIFTABLE = 2 ** 31;

/**
 * Bytes in the making, with the number encodings of Automerge's binary format (LEB128). A class, for once: this runs for each byte of each
 * change, and engines lay out and inline the methods of one shape.
 */
export class Writer {
  #bytes = new Uint8Array(START_BYTES);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
  }

  /** Unsigned LEB128; for whole numbers from 0 to 2^53. */
  unsigned(value: number): void {
    let rest = value;
    while (rest >= SHIFTABLE) {
      this.byte((rest % BITS) | MORE);
      rest = Math.floor(rest / BITS);
    }
    while (rest >= BITS) {
      this.byte((rest & LOW_7) | MORE);
      rest >>>= 7;
    }
    this.byte(rest);
  }

  /** Signed LEB128; for whole numbers within ±2^53. */
  signed(value: number): void {
    let rest = value;
    while (rest < SHIFTABLE && rest >= -SHIFTABLE) {
      const low = rest & LOW_7;
      rest >>= 7;
      if (rest === ((low & SIGN) === 0 ? 0 : -1)) return this.byte(low);
      this.byte(low | MORE);
    }
    for (;;) {
      const low = ((rest % BITS) + BITS) % BITS;
      rest = Math.floor(rest / BITS);
      const signBit = (low & SIGN) !== 0;
      if ((rest === 0 && !signBit) || (rest === -1 && signBit)) return this.byte(low);
      this.byte(low | MORE);
    }
  }

  raw(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  utf8(value: string): void {
    if (value.length > SHORT_CHARS_MAX || !this.#ascii(value)) this.raw(utf8ToBytes(value));
  }

  /** Length, then UTF-8. */
  text(value: string): void {
    const from = this.#length;
    // Nearly all names are shorter than 128 bytes and plain, so that their length is known before and takes one byte.
    this.byte(value.length);
    if (value.length < BITS && this.#ascii(value)) return;
    this.#length = from;
    const bytes = utf8ToBytes(value);
    this.unsigned(bytes.length);
    this.raw(bytes);
  }

  /** The bytes that lower-case hex digits stand for. */
  hex(digits: string): void {
    const length = digits.length / 2;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    const [bytes, from] = [this.#bytes, this.#length];
    for (let at = 0; at < length; at += 1) bytes[from + at] = digit(digits.charCodeAt(at * 2)) * 16 + digit(digits.charCodeAt(at * 2 + 1));
    this.#length = from + length;
  }

  /** All that another one has, byte by byte: for the few bytes that there mostly are, that is quicker than making a view of them. */
  append(other: Writer): void {
    const { length } = other;
    if (this.#length + length > this.#bytes.length) this.#grow(length);
    const [to, from] = [this.#bytes, other.#bytes];
    for (let at = 0; at < length; at += 1) to[this.#length + at] = from[at] ?? 0;
    this.#length += length;
  }

  /** Overwrites a byte that was put before. */
  patch(at: number, value: number): void {
    this.#bytes[at] = value;
  }

  /** The bytes from `from` on. A view: good until something else is written. */
  view(from: number): Uint8Array {
    return this.#bytes.subarray(from, this.#length);
  }

  /** A copy of the bytes from `from` on. */
  copy(from: number): Uint8Array {
    return copied(this.#bytes, from, this.#length);
  }

  /** Forgets everything, so that the room can be used again; leaves room for what is to be patched in front. */
  clear(front = 0): void {
    this.#length = front;
    if (this.#bytes.length > KEPT_BYTES_MAX) this.#bytes = new Uint8Array(START_BYTES);
  }

  /** Puts a text of ASCII characters; puts nothing, and answers false, when there is another one in it. */
  #ascii(value: string): boolean {
    const from = this.#length;
    if (from + value.length > this.#bytes.length) this.#grow(value.length);
    const bytes = this.#bytes;
    for (let index = 0; index < value.length; index += 1) {
      const code = value.charCodeAt(index);
      if (code >= BITS) return false;
      bytes[from + index] = code;
    }
    this.#length = from + value.length;
    return true;
  }

  #grow(more: number): void {
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** Small copies share rooms of this size: memory of its own for each of some hundred bytes costs more than they do. */
const ROOM_BYTES = 16_384;
/** More than this has memory of its own, so that no room is kept by what is hardly in it. */
const SHARED_BYTES_MAX = 1_024;

let room = new Uint8Array(ROOM_BYTES);
let taken = 0;

function copied(bytes: Uint8Array, from: number, to: number): Uint8Array {
  const length = to - from;
  if (length > SHARED_BYTES_MAX) return bytes.slice(from, to);
  if (taken + length > ROOM_BYTES) [room, taken] = [new Uint8Array(ROOM_BYTES), 0];
  const copy = room.subarray(taken, taken + length);
  for (let at = 0; at < length; at += 1) copy[at] = bytes[from + at] ?? 0;
  taken += length;
  return copy;
}

const [ZERO, NINE, A] = [48, 57, 97];

/** The value of a lower-case hex digit, by its character code. */
export function digit(code: number): number {
  return code <= NINE ? code - ZERO : code - A + 10;
}
