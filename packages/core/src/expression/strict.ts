import { isFault, type Fault, type Held } from './value.ts';

/** Values of which none is empty and none a fault: what most operators work on. */
export type Present = Exclude<Held, null | Fault>;

/** A function of values that are all there: a fault among them is the answer, and otherwise an empty one makes the answer empty. */
export function strict(values: readonly Held[], work: (...values: readonly Present[]) => Held): Held {
  const present: Present[] = [];
  let empty = false;
  for (const value of values) {
    if (value === null) empty = true;
    else if (isFault(value)) return value;
    else present.push(value);
  }
  return empty ? null : work(...present);
}
