import type { z } from 'zod';
import type { FieldType } from '../map/type.ts';
import type { Path } from './fault.ts';
import { suggest } from './near.ts';
import type { Reading } from './reading.ts';
import type { typeShape } from './shapes.ts';

/** No amount of a business system has more digits after the point. */
const SCALE_MAX = 15;

const PLAIN = ['text', 'integer', 'date', 'datetime', 'yesno', 'choice', 'choices', 'json'] as const;
const TYPE_WORDS = [...PLAIN, 'decimal(2)', '{ reference: entity }'];

/** The type that the words stand for; `undefined` after a complaint. Without words a field with a value map is a choice, any other a text. */
export function readType(
  reading: Reading,
  words: z.output<typeof typeShape> | undefined,
  hasValues: boolean,
  entities: readonly string[],
  path: Path,
): FieldType | undefined {
  if (words === undefined) return { kind: hasValues ? 'choice' : 'text' };
  if (typeof words === 'object') return readReference(reading, words.reference, entities, path);
  const plain = PLAIN.find((kind) => kind === words);
  if (plain !== undefined) return { kind: plain };
  const scale = /^decimal\((\d{1,2})\)$/u.exec(words)?.[1];
  if (scale !== undefined && Number(scale) <= SCALE_MAX) return { kind: 'decimal', scale: Number(scale) };
  reading.wrong(path, `"${words}" is not a type.`, suggestType(words));
  return undefined;
}

function readReference(reading: Reading, entity: string, entities: readonly string[], path: Path): FieldType | undefined {
  if (entities.includes(entity)) return { kind: 'reference', entity };
  reading.wrong([...path, 'reference'], `There is no entity "${entity}".`, suggest(entity, entities));
  return undefined;
}

function suggestType(words: string): string {
  if (/^(decimal|money|number|float|currency)\b/iu.test(words)) {
    return `Write decimal(2), with the digits after the point, ${SCALE_MAX} at the most; or integer.`;
  }
  if (/^(object|map|array|list)/iu.test(words)) return 'Did you mean "json"?';
  if (/^bool/iu.test(words)) return 'Did you mean "yesno"?';
  if (/^(string|memo)/iu.test(words)) return 'Did you mean "text"?';
  return suggest(words, TYPE_WORDS);
}
