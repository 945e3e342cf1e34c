import { fitsInt32, type Scalar } from '../values.ts';
import type { FieldMap, Side } from './table.ts';
import type { FieldType } from './type.ts';

/** As what a column is read and written: a field with a value map is a choice, whatever its columns are. */
export function columnType({ type }: Pick<FieldMap, 'type'>, { holds }: Side): FieldType {
  return holds === undefined ? type : { kind: holds };
}

/** A system's own symbol, as its column holds it. */
export function ownScalar({ holds }: Side, symbol: string): Scalar {
  if (holds === 'yesno') return symbol === 'true';
  return holds === 'integer' && fitsInt32(Number(symbol)) ? Number(symbol) : symbol;
}
