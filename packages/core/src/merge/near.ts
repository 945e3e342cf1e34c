import { Exact, number } from '../policy/order.ts';
import { isTuple, type Scalar, type Value } from '../values.ts';

/**
 * Whether a system may have made `stored` of `sent` by itself: by rounding, trimming or re-casing. A text cut off
 * is not told from a text that somebody shortened, and counts as an edit.
 */
export function isNear(sent: Value, stored: Value): boolean {
  if (isTuple(sent) && isTuple(stored)) return sent.every((member, index) => nearScalar(member, stored[index] ?? null));
  return !isTuple(sent) && !isTuple(stored) && nearScalar(sent, stored);
}

function nearScalar(sent: Scalar, stored: Scalar): boolean {
  if (sent === stored) return true;
  const [a, b] = [number(sent), number(stored)];
  // Rounded, in whichever direction, to the places that the stored number has.
  if (a && b) return a.minus(b).abs().lt(new Exact(10).pow(-b.decimalPlaces()));
  return plain(sent) === plain(stored);
}

function plain(value: Scalar): string {
  return value === null ? '' : String(value).trim().replace(/\s+/g, ' ').toLowerCase();
}
