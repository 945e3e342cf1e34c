import { Type } from 'typebox';
import { closed, instant, names, some } from './words.ts';

/* A map whose system was put back: what was found, and what is answered to whoever chooses. */

export const putBackSince = {
  since: instant,
  words: Type.String({ description: 'By what it was noticed, or who said so' }),
  before: some(instant),
  chosen: some(closed({ choice: Type.String(), by: Type.String(), note: some(Type.String()), at: instant })),
};

const putBackFields = Type.Array(
  closed({
    fields: names,
    count: Type.Integer(),
    examples: Type.Array(
      closed({
        record: Type.String(),
        key: Type.String(),
        values: Type.Record(Type.String(), Type.Unknown(), { description: 'What it shows' }),
        stands: Type.Record(Type.String(), Type.Unknown(), { description: 'What the ledger holds' }),
      }),
    ),
  }),
);
const putBackRows = closed({
  count: Type.Integer(),
  examples: Type.Array(closed({ record: Type.String(), key: Type.String() })),
});

export const putBack = closed({
  entity: Type.String(),
  system: Type.String(),
  ...putBackSince,
  report: some(
    closed({
      state: Type.Union([Type.Literal('reading'), Type.Literal('done')]),
      words: some(Type.String()),
      rows: Type.Integer(),
      same: Type.Integer(),
      lost: putBackFields,
      edited: putBackFields,
      lostRows: putBackRows,
      missingRows: putBackRows,
      againRows: putBackRows,
      newRows: Type.Integer(),
      before: some(instant),
    }),
  ),
});
export const putBackChosen = closed({ entity: Type.String(), system: Type.String(), choice: Type.String() });
export const putBackReporting = closed({ begun: Type.Boolean({ description: 'false: it is being made' }) });
export const putBackDeclared = closed({ system: Type.String(), entities: names });
