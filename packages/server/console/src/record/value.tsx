import { Link } from 'wouter';
import type { Scalar } from '../api/client.ts';
import { useConfiguration, useNames } from '../api/read.ts';
import { titleWords, valueWords } from '../words.ts';

interface Props {
  readonly entity: string;
  readonly field: string;
  readonly value: Scalar | undefined;
}

/** A value in short; of a reference, what the other record is called. */
export function Value({ entity, field, value }: Props) {
  const isReference = useConfiguration()?.entities[entity]?.fields[field]?.type === 'reference' && typeof value === 'string';
  const names = useNames(isReference ? [value] : []);
  if (isReference) return <Link href={`/records/${value}`}>{titleWords(names.get(value))}</Link>;
  return <>{valueWords(value, 'short')}</>;
}
