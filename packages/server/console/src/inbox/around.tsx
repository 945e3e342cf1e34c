import { Link } from 'wouter';
import type { Conflict, Scalar } from '../api/client.ts';
import { useConfiguration, useNames, useRecord } from '../api/read.ts';
import { Icon } from '../parts/icon.tsx';
import { fieldWords, spaced, titleWords, valueWords } from '../words.ts';

/** So much of a record helps to remember which one it is. */
const FIELDS_MAX = 9;

/** The record around what is asked. */
export function Around({ conflict }: { readonly conflict: Conflict }) {
  const configuration = useConfiguration();
  const record = useRecord(conflict.record).data?.body;
  const table = configuration?.entities[conflict.entity];
  const isReference = (field: string): boolean => table?.fields[field]?.type === 'reference';
  // What it is called by stands above; what tells nothing is left out.
  const known = new Set([...conflict.fields, ...(table?.key ?? []), 'name']);
  const told = Object.entries(record?.values ?? {}).filter(
    ([field, value]) => !known.has(field) && value !== null && value !== '' && value !== '0.00' && value !== false,
  );
  const shown = told.toSorted(([a], [b]) => Number(isReference(b)) - Number(isReference(a))).slice(0, FIELDS_MAX);
  const references = shown.filter(([field]) => isReference(field)).map(([, value]) => String(value));
  const names = useNames(references);
  if (shown.length === 0) return undefined;
  const words = (field: string, value: Scalar): string =>
    isReference(field) ? titleWords(names.get(String(value))) : valueWords(value, 'short');
  return (
    <aside className="around" aria-label="The record">
      <h2>The rest of this {spaced(conflict.entity).toLowerCase()}</h2>
      <dl>
        {shown.map(([field, value]) => (
          <div key={field}>
            <dt>{fieldWords(field)}</dt>
            <dd>{words(field, value)}</dd>
          </div>
        ))}
      </dl>
      <Link href={`/records/${conflict.record}`}>
        Its values in every system, and its history <Icon name="right" />
      </Link>
    </aside>
  );
}
