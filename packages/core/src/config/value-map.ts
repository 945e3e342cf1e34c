import type { z } from 'zod';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import type { valuesShape } from './shapes.ts';

type Values = z.output<typeof valuesShape>;
type Entry = Values[string];

/** By system: canonical symbol to the system's own. */
export type ValueMaps = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** Spells a value map out for each of the field's systems, which come in the order of the configuration. Complains where it is not one to one. */
export function readValueMaps(reading: Reading, values: Values, systems: readonly string[], path: Path): ValueMaps {
  const entries = Object.entries(values).map(([symbol, entry]) => ({
    symbol,
    own: ownSymbols(reading, symbol, entry, systems, [...path, symbol]),
  }));
  for (const system of systems) {
    const owners = new Map<string, string>();
    for (const { symbol, own } of entries) checkOwn(reading, own[system], symbol, owners, { system, path: [...path, symbol] });
  }
  return Object.fromEntries(
    systems.map((system) => [
      system,
      Object.fromEntries(entries.flatMap(({ symbol, own }) => (own[system] === undefined ? [] : [[symbol, own[system]] as const]))),
    ]),
  );
}

/** `{ No: 192350000 }`: the first system says `No`, the other 192350000. `{ No: { fno: No, ce: 192350000 } }` says it in full. */
function ownSymbols(
  reading: Reading,
  symbol: string,
  entry: Entry,
  systems: readonly string[],
  path: Path,
): Readonly<Record<string, string>> {
  if (typeof entry !== 'object') {
    const [first, second, ...more] = systems;
    if (first !== undefined && second !== undefined && more.length === 0) return { [first]: symbol, [second]: String(entry) };
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
  return Object.fromEntries(Object.entries(entry).map(([system, own]) => [system, String(own)]));
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
