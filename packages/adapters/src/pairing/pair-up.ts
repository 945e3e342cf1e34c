import type { Database } from 'better-sqlite3';

const EXAMPLES_MAX = 5;
const FIELD_EXAMPLES_MAX = 3;
/** Of a text that more rows bear on both sides than this, no one is looked for: all of them are ambiguous. */
const CANDIDATES_MAX = 100;

/** Rows of which nobody can tell which belongs to which. */
export interface Ambiguous {
  readonly rows: number;
  /** What they have in common, and who has it. */
  readonly examples: readonly { readonly name: string; readonly here: readonly string[]; readonly there: readonly string[] }[];
}

/** A field in which rows that belong together differ. */
export interface Differing {
  readonly field: string;
  readonly pairs: number;
  /** So many of them are empty on one side. */
  readonly empty: number;
  readonly examples: readonly { readonly key: string; readonly here: unknown; readonly there: unknown }[];
}

/**
 * Matches the rows of two systems as the engine would match them one after another: key by key, the first that both have decides; an earlier key
 * that differs tells them apart. Answers how many each key brought together.
 */
export function pairUp(db: Database, here: string, there: string, tiers: number): readonly number[] {
  db.exec('UPDATE rows SET partner = NULL, tier = NULL, unclear = NULL WHERE partner IS NOT NULL OR unclear IS NOT NULL');
  db.exec('DROP TABLE IF EXISTS temp.groups; CREATE TEMP TABLE groups (text TEXT PRIMARY KEY, here INTEGER, there INTEGER) WITHOUT ROWID');
  db.exec('DROP TABLE IF EXISTS temp.candidates; CREATE TEMP TABLE candidates (here INTEGER, there INTEGER)');
  const matched = Array.from({ length: tiers }, (_, tier) => db.transaction(() => pairTier(db, here, there, tier))());
  return matched;
}

function pairTier(db: Database, here: string, there: string, tier: number): number {
  const given = { here, there, tier };
  // In the natural key two rows of one system are ambiguous even where the other system has none.
  const isSeveral = tier === 0 ? 'OR h > 1 OR t > 1' : '';
  db.exec('DELETE FROM temp.groups; DELETE FROM temp.candidates');
  db.prepare(
    `INSERT INTO temp.groups SELECT text, sum(system = @here) AS h, sum(system = @there) AS t FROM names JOIN rows ON n = row
     WHERE names.tier = @tier AND system IN (@here, @there) AND partner IS NULL AND unclear IS NULL
     GROUP BY text HAVING (h > 0 AND t > 0) ${isSeveral}`,
  ).run(given);
  const among = (system: string) =>
    `names AS ${system}_name JOIN rows AS ${system} ON ${system}.n = ${system}_name.row AND ${system}.system = @${system}
     AND ${system}.partner IS NULL AND ${system}.unclear IS NULL`;
  db.prepare(
    `INSERT INTO temp.candidates SELECT here.n, there.n FROM temp.groups AS g
     JOIN ${among('here')} AND here_name.tier = @tier AND here_name.text = g.text
     JOIN ${among('there')} AND there_name.tier = @tier AND there_name.text = g.text
     WHERE g.here * g.there BETWEEN 1 AND ${CANDIDATES_MAX} AND NOT EXISTS (
       SELECT 1 FROM names AS own JOIN names AS its ON its.row = there.n AND its.tier = own.tier
       WHERE own.row = here.n AND own.tier < @tier AND own.text <> its.text)`,
  ).run(given);
  db.exec(`CREATE INDEX temp.candidates_here ON candidates (here); CREATE INDEX temp.candidates_there ON candidates (there)`);
  const only = `SELECT c.here, c.there FROM temp.candidates AS c
    WHERE (SELECT count(*) FROM temp.candidates AS o WHERE o.here = c.here) = 1 AND (SELECT count(*) FROM temp.candidates AS o WHERE o.there = c.there) = 1`;
  const pairs = db.prepare<[], { here: number; there: number }>(only).all();
  const join = db.prepare<[number, number, number]>('UPDATE rows SET partner = ?, tier = ? WHERE n = ?');
  for (const pair of pairs) {
    join.run(pair.there, tier, pair.here);
    join.run(pair.here, tier, pair.there);
  }
  db.exec('DROP INDEX temp.candidates_here; DROP INDEX temp.candidates_there');
  db.prepare(
    `UPDATE rows SET unclear = (SELECT text FROM names WHERE names.row = n AND names.tier = @tier)
     WHERE partner IS NULL AND unclear IS NULL AND (n IN (SELECT here FROM temp.candidates) OR n IN (SELECT there FROM temp.candidates)
       OR n IN (SELECT row FROM names JOIN temp.groups AS g USING (text) WHERE names.tier = @tier
         AND (g.here * g.there > ${CANDIDATES_MAX} ${tier === 0 ? 'OR g.here > 1 OR g.there > 1' : ''})))`,
  ).run(given);
  return pairs.length;
}

export function ambiguous(db: Database, here: string, there: string): Ambiguous {
  const rows =
    db
      .prepare<[string, string], number>('SELECT count(*) FROM rows WHERE unclear IS NOT NULL AND system IN (?, ?)')
      .pluck()
      .get(here, there) ?? 0;
  const names = db.prepare<[], string>(`SELECT DISTINCT unclear FROM rows WHERE unclear IS NOT NULL LIMIT ${EXAMPLES_MAX}`).pluck().all();
  const keys = db
    .prepare<[string, string], string>(`SELECT key FROM rows WHERE unclear = ? AND system = ? ORDER BY n LIMIT ${EXAMPLES_MAX}`)
    .pluck();
  return { rows, examples: names.map((name) => ({ name, here: keys.all(name, here), there: keys.all(name, there) })) };
}

/** Rows that are alone, and share a weak key with a row of the other system that is alone. */
export function reviewed(db: Database, here: string, there: string, tiers: number): number {
  const free = 'partner IS NULL AND unclear IS NULL';
  return (
    db
      .prepare<[string, number, string], number>(
        `SELECT count(DISTINCT h.n) FROM rows AS h JOIN names AS own ON own.row = h.n WHERE h.system = ? AND h.${free.replace(' AND ', ' AND h.')}
         AND own.tier >= ? AND EXISTS (SELECT 1 FROM names AS its JOIN rows AS t ON t.n = its.row
           WHERE its.tier = own.tier AND its.text = own.text AND t.system = ? AND t.${free.replace(' AND ', ' AND t.')})`,
      )
      .pluck()
      .get(here, tiers, there) ?? 0
  );
}

interface Pair {
  readonly key: string;
  readonly here: string;
  readonly there: string;
}

/** Goes through the pairs, one at a time. */
export function differing(db: Database, here: string): { readonly equal: number; readonly differing: readonly Differing[] } {
  const pairs = db.prepare<[string], Pair>(
    'SELECT a.key, a.held AS here, b.held AS there FROM rows AS a JOIN rows AS b ON b.n = a.partner WHERE a.system = ? ORDER BY a.n',
  );
  const fields = new Map<string, { pairs: number; empty: number; examples: Differing['examples'][number][] }>();
  let equal = 0;
  for (const pair of pairs.iterate(here)) {
    const [own, its]: readonly Record<string, unknown>[] = [JSON.parse(pair.here), JSON.parse(pair.there)];
    const unlike = Object.keys(own ?? {}).filter((name) => its && name in its && JSON.stringify(own?.[name]) !== JSON.stringify(its[name]));
    if (unlike.length === 0) equal += 1;
    for (const name of unlike) {
      const field = fields.get(name) ?? { pairs: 0, empty: 0, examples: [] };
      fields.set(name, field);
      const values = { here: own?.[name], there: its?.[name] };
      field.pairs += 1;
      field.empty += isEmpty(values.here) || isEmpty(values.there) ? 1 : 0;
      if (field.examples.length < FIELD_EXAMPLES_MAX) field.examples.push({ key: pair.key, ...values });
    }
  }
  return { equal, differing: [...fields].map(([field, told]) => ({ field, ...told })).toSorted((a, b) => b.pairs - a.pairs) };
}

function isEmpty(value: unknown): boolean {
  return value === null || value === '';
}
