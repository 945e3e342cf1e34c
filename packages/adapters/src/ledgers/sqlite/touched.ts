import type { Database, Statement } from 'better-sqlite3';

/** What happened since, by table and key: it is to be brought over. */
export interface Touched {
  /** Brings so many rows over into the attached file `anew`, as they are now. Answers how many it were. */
  bringOver(rowsMax: number): number;
  end(): void;
}

/** All that a ledger has, with the columns that name a row. A table that is missing here would be lost: see the test. */
export const KEYS: Readonly<Record<string, readonly string[]>> = {
  records: ['number'],
  journal: ['number'],
  links: ['system', 'entity', 'key'],
  changes: ['place'],
  conflicts: ['number'],
  deliveries: ['record', 'system'],
  cursors: ['system', 'entity'],
  failures: ['number'],
  schemas: ['system', 'entity'],
  operators: ['number'],
  totals: ['only'],
  marks: ['entity', 'mark', 'record'],
  notes: ['name'],
  news: ['number'],
  acts_head: ['only'],
};

interface Row {
  readonly name: string;
  readonly key: string;
}

/** Follows what changes, from now on, in a table of this connection's own: a transaction that is rolled back takes its part of it along. */
export function followRows(db: Database): Touched {
  // Keys of rows may be what is to be erased: they must not come to stand in a file.
  db.pragma('temp_store = MEMORY');
  // Without it nobody would be told of a row that another one takes the place of.
  db.pragma('recursive_triggers = ON');
  db.exec('CREATE TEMP TABLE touched (name TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (name, key)) STRICT, WITHOUT ROWID');
  for (const [name, columns] of Object.entries(KEYS)) db.exec(triggersOf(name, columns));
  const some = db.prepare<[number], Row>('SELECT name, key FROM temp.touched LIMIT ?');
  const forget = db.prepare<[string, string]>('DELETE FROM temp.touched WHERE name = ? AND key = ?');

  const statements = new Map<string, Statement>();
  const prepared = (sql: string): Statement => {
    const made = statements.get(sql) ?? db.prepare(sql);
    statements.set(sql, made);
    return made;
  };

  const bring = db.transaction((rowsMax: number): number => {
    const rows = some.all(rowsMax);
    // All go before any comes: what was one row's alone may be another's by now.
    for (const { name, key } of rows) prepared(`DELETE FROM anew.${name} WHERE ${whereOf(name)}`).run(...valuesIn(key));
    for (const { name, key } of rows) {
      prepared(`INSERT INTO anew.${name} SELECT * FROM main.${name} WHERE ${whereOf(name)}`).run(...valuesIn(key));
      forget.run(name, key);
    }
    return rows.length;
  });
  return {
    bringOver: bring,
    end() {
      for (const name of Object.keys(KEYS)) for (const what of EVENTS) db.exec(`DROP TRIGGER IF EXISTS temp.touched_${name}_${what}`);
      db.exec('DROP TABLE IF EXISTS temp.touched');
    },
  };
}

const EVENTS = ['insert', 'update', 'delete'] as const;

function triggersOf(name: string, columns: readonly string[]): string {
  // How a statement takes conflicts holds for its triggers too, whatever these say: so there must be none.
  const told = (row: 'OLD' | 'NEW'): string => {
    const key = `json_array(${columns.map((column) => `${row}.${column}`).join(', ')})`;
    return `INSERT INTO touched SELECT '${name}', ${key} WHERE NOT EXISTS (SELECT 1 FROM touched WHERE name = '${name}' AND key = ${key});`;
  };
  const bodies = { insert: told('NEW'), update: told('OLD') + told('NEW'), delete: told('OLD') };
  return EVENTS.map((what) => `CREATE TEMP TRIGGER touched_${name}_${what} AFTER ${what} ON main.${name} BEGIN ${bodies[what]} END;`).join(
    '\n',
  );
}

function whereOf(name: string): string {
  return (KEYS[name] ?? []).map((column) => `${column} = ?`).join(' AND ');
}

function valuesIn(key: string): readonly (string | number)[] {
  return JSON.parse(key);
}
