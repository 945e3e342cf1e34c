import { Type, type Static } from 'typebox';
import { getFrom } from './lab/asked.ts';

export interface ComparisonsGiven {
  readonly url: string;
  readonly system?: string;
  readonly entity?: string;
}

const values = Type.Record(Type.String(), Type.Unknown());
const comparison = Type.Object({
  system: Type.String(),
  entity: Type.String(),
  by: Type.Optional(Type.String()),
  ended: Type.String(),
  rows: Type.Number(),
  unexplained: Type.Number(),
  differences: Type.Array(
    Type.Object({
      record: Type.String(),
      version: Type.Number(),
      edits: Type.Array(Type.Object({ values, before: Type.Optional(values) })),
    }),
  ),
});
type Told = Static<typeof comparison>;

/** What comparisons of all rows have found, latest first. Status 1 where the last one of a map found what nothing explains. */
export async function comparisons({ url, system, entity }: ComparisonsGiven): Promise<number> {
  const asked = new URLSearchParams({ ...(system === undefined ? {} : { system }), ...(entity === undefined ? {} : { entity }) });
  const { items } = await getFrom(`${url}/v1/comparisons?${asked.toString()}`, Type.Object({ items: Type.Array(comparison) }));
  if (items.length === 0)
    console.log('No map was compared yet. `compare: { every: 1d }` has it done by itself, `concord resync entity` at once.');
  for (const one of items) console.log(wordsOf(one));
  const last = new Map(items.toReversed().map((one) => [`${one.system} ${one.entity}`, one]));
  return [...last.values()].some(({ unexplained }) => unexplained > 0) ? 1 : 0;
}

function wordsOf({ system, entity, by, ended, rows, unexplained, differences }: Told): string {
  const what = unexplained === 0 ? 'nothing that is not explained' : `${unexplained} that nothing explains`;
  const whose = by === undefined ? '' : `, for ${by}`;
  const named = differences.flatMap(({ record, version, edits }) =>
    edits.flatMap(({ values: held, before = {} }) =>
      Object.entries(held).map(
        ([field, value]) =>
          `  ${record} version ${version}: ${field} is ${JSON.stringify(value)}, and was taken for ${JSON.stringify(before[field])}`,
      ),
    ),
  );
  return [`${ended} ${system} ${entity}: ${rows} rows, ${what}${whose}`, ...named].join('\n');
}
