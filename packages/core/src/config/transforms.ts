import type { Side } from '../map/table.ts';
import { compileTransform } from '../map/transform.ts';
import { refuseVariables, sentence } from './expressions.ts';
import type { Path } from './fault.ts';
import type { Reading } from './reading.ts';

/** Checks what a field's sides say of how its values are transformed. */
export function checkTransforms(reading: Reading, sides: Readonly<Record<string, Side>>, path: Path): void {
  for (const [system, side] of Object.entries(sides)) checkSide(reading, side, [...path, system]);
}

function checkSide(reading: Reading, { from, to, as, only, lossy }: Side, path: Path): void {
  const columns = from === undefined ? [] : checkText(reading, from, [...path, 'from']);
  const others = to === undefined ? [] : checkText(reading, to, [...path, 'to']);
  if (others.length > 0)
    reading.wrong([...path, 'to'], 'What is written has no row: "$row" is for "from".', 'Let "to" work on $, the value.');
  if (to !== undefined && as !== undefined)
    reading.wrong([...path, 'as'], '"as" and "to" both say what is written.', 'Keep "to": it can do what "as" does.', 'key');
  if (from !== undefined && to === undefined && only !== 'read')
    reading.wrong([...path, 'from'], 'It is read through a transform, and written without one.', 'Add "to: …", or "only: read".', 'key');
  if (to !== undefined && from === undefined && only !== 'write')
    reading.wrong([...path, 'to'], 'It is written through a transform, and read without one.', 'Add "from: …", or "only: write".', 'key');
  if (columns.length > 0 && to !== undefined && lossy !== true)
    reading.wrong(
      [...path, 'from'],
      `It is read from other columns too (${columns.join(', ')}), which "to" does not write.`,
      'Say "lossy: true" if that is meant, or "only: read".',
      'key',
    );
  if (lossy !== undefined && (from === undefined || to === undefined))
    reading.wrong([...path, 'lossy'], '"lossy" is about "from" and "to" together.', 'Leave it out.', 'key');
}

/** Answers the other columns that it reads. */
function checkText(reading: Reading, text: string, path: Path): readonly string[] {
  if (refuseVariables(reading, text, path)) return [];
  const compiled = compileTransform(text);
  if (compiled.kind === 'transform') return compiled.transform.columns;
  reading.wrong(path, sentence(compiled.words));
  return [];
}
