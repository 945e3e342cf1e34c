import type { z } from 'zod';
import type { Side } from '../map/table.ts';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import type { valuesShape } from './shapes.ts';

type Values = z.output<typeof valuesShape>;
type Entry = Values[string];

/** By system: canonical symbol to the system's own, and what a column holds that is no choice of the system's. */
export type ValueMaps = Readonly<Record<string, Pick<Side, 'holds'> & { readonly values: Readonly<Record<string, string>> }>>;

/** Spells a value map out for each of the field's systems, which come in the order of the configuration. Complains where it is not one to one. */
export function readValueMaps(reading: Reading, values: Values, systems: readonly string[], path: Path): ValueMaps {
  const entries = Object.entries(values).map(([symbol, entry]) => ({
    symbol,
    own: ownSymbols(reading, symbol, entry, systems, [...path, symbol]),
  }));
  for (const system of systems) {
    const owners = new Map<string, string>();
    for (const { symbol, own } of entries) checkOwn(reading, textOf(own[system]), symbol, owners, { system, path: [...path, symbol] });
  }
  return Object.fromEntries(
    systems.map((system) => {
      const own = entries.flatMap(({ symbol, own: { [system]: one } }) => (one === undefined ? [] : [[symbol, one] as const]));
      const holds = holdsOf(own.map(([, one]) => one));
      const texts = Object.fromEntries(own.map(([symbol, one]) => [symbol, String(one)]));
      return [system, { values: texts, ...(holds === undefined ? {} : { holds }) }];
    }),
  );
}

type Own = string | number | boolean;

const NUMERAL = /^-?(?:0|[1-9]\d*)$/u;

/** As symbols are written, so is the column. Numbers in quotes may be either: they are the choices of a system that numbers its choices. */
function holdsOf(own: readonly Own[]): Side['holds'] {
  if (own.every((one) => typeof one === 'boolean')) return own.length === 0 ? undefined : 'yesno';
  if (own.every((one) => typeof one === 'number')) return 'integer';
  return own.every((one) => NUMERAL.test(String(one))) ? undefined : 'text';
}

function textOf(own: Own | undefined): string | undefined {
  return own === undefined ? undefined : String(own);
}

/** `{ No: 192350000 }`: the first system says `No`, the other 192350000. `{ No: { fno: No, ce: 192350000 } }` says it in full. */
function ownSymbols(reading: Reading, symbol: string, entry: Entry, systems: readonly string[], path: Path): Readonly<Record<string, Own>> {
  if (typeof entry !== 'object') {
    const [first, second, ...more] = systems;
    if (first !== undefined && second !== undefined && more.length === 0) return { [first]: symbol, [second]: entry };
    reading.wrong(
      path,
      `The short form of a value needs a field of two systems; this one has ${systems.length}.`,
      `Write ${symbol}: { system: symbol, … }.`,
    );
    return {};
  }
  for (const system of Object.keys(entry).filter((name) => !systems.includes(name))) {
    reading.wrong([...path, system], `"${system}" does not have this field.`, suggest(system, systems), 'key');
  }
  for (const system of systems.filter((name) => entry[name] === undefined)) {
    reading.wrong(path, `"${symbol}" has no symbol in ${system}.`, `Add "${system}: …".`, 'key');
  }
  return entry;
}

function checkOwn(
  reading: Reading,
  own: string | undefined,
  symbol: string,
  owners: Map<string, string>,
  { system, path }: { readonly system: string; readonly path: Path },
): void {
  if (own === undefined) return;
  const other = owners.get(own);
  if (other === undefined) owners.set(own, symbol);
  else reading.wrong(path, `"${own}" of ${system} stands for both "${other}" and "${symbol}".`, 'Give each symbol one of its own.');
}
