import {
  LIFE,
  systemId,
  type Commit,
  type EditTold,
  type Key,
  type Plan,
  type PlanAnswer,
  type RecordId,
  type Value,
  type Write,
} from '@concord/core';
import { memory } from '@concord/adapters';
import { registerOf, THING, TOKENS, typeOf } from './map.ts';
import type { Kept, Rows } from './rows.ts';
import { filledBy } from './system.ts';

/** An invariant that was broken, by its number in docs/invariants.md. */
export interface Breach {
  readonly invariant: number;
  readonly words: string;
}

/** What a user typed into a column, and what they had before their eyes. */
export interface Typed {
  readonly system: string;
  readonly account: string;
  readonly column: string;
  readonly text: string;
  /** What this system's users had typed there before. */
  readonly over: Typed | undefined;
  /** The write of ours whose value they saw, and how much of the history it carried. */
  readonly upon: Carried | undefined;
}

/** A write of ours that stands in a column. */
export interface Carried {
  /** How many edits of the history it was made from. */
  readonly edits: number;
  /** When its answer reached an engine; that engine's life must have gone on for a while. */
  heardAtMs?: number;
  life?: { readonly isOver: boolean; overAtMs?: number };
}

/** Everything that happened, as somebody sees it who sees all: what users typed, what was kept, what was written. */
export interface Chronicle {
  readonly breaches: Breach[];
  readonly edits: readonly KeptEdit[];
  readonly typed: readonly Typed[];
  readonly writes: ReadonlyMap<string, number>;
  breach(invariant: number, words: string): void;
  /** A user did something to a row. */
  userChanged(rows: Rows, before: Kept | undefined, after: Kept | undefined, columns: readonly string[]): void;
  /** A write of ours is about to replace what stands in a row. */
  overwrites(rows: Rows, before: Kept, write: Write): void;
  applied(rows: Rows, write: Write, kept: Kept | undefined, carried: Carried): void;
  /** Answers how it is said that a system was put back to how it is now: what it shows then may count as edits there. */
  backup(rows: Rows): (isNoticed: boolean) => void;
  /** Somebody added to a stock, or took away from it. */
  add(account: string, amount: number): void;
  added(account: string): number;
  /** A person decided. */
  ruled(register: string, value: Value): void;
  committed(commit: Commit, answers: readonly PlanAnswer[]): void;
  /** Words that stand in rows and that their users typed, but that nobody kept. */
  missing(systems: readonly Rows[]): readonly string[];
}

export interface KeptEdit extends EditTold {
  readonly record: RecordId;
}

const NOTHING = 'null';
const DIALECT = memory({ id: systemId('any'), bindings: [] }).dialect;

/** What a row holds of a register, as canonical text. */
export function valueText(columns: Kept['columns'], register: string): string {
  const names = register === 'address' ? ['street', 'zip'] : [register];
  const values = names.map((name) => DIALECT.decode(typeOf(name), columns?.[name] ?? null) ?? null);
  return JSON.stringify(values.length > 1 ? values : values[0]);
}

export function openChronicle(tell: (words: () => string) => void): Chronicle {
  const breaches: Breach[] = [];
  const edits: KeptEdit[] = [];
  const kept = new Set<string>();
  const everTyped = new Set<string>();
  const typed: Typed[] = [];
  const standing = new Map<string, Typed>();
  const carrying = new Map<string, Carried>();
  const writes = new Map<string, number>();
  const memos = new Set<string>();
  const stocks = new Map<string, number>();
  let [isPutBack, isUnnoticed] = [false, false];

  function breach(invariant: number, words: string): void {
    breaches.push({ invariant, words });
    tell(() => `BREACH of ${invariant}: ${words}`);
  }

  function place(rows: Rows, key: Key, column: string): string {
    return `${rows.nature.id} ${key} ${column}`;
  }

  function type(rows: Rows, after: Kept, column: string): void {
    const { name } = registerOf(column);
    const text = valueText(after.columns, name);
    everTyped.add(`${rows.nature.id} ${name} ${text}`);
    if (name === 'memo') memos.add(text);
    const at = place(rows, after.key, column);
    const account = String(after.columns?.['account']);
    const entry = { system: rows.nature.id, account, column, text, over: standing.get(at), upon: carrying.get(at) };
    typed.push(entry);
    standing.set(at, entry);
    carrying.delete(at);
  }

  /** What is to be replaced must be kept before it is: whoever typed it could not find it again. */
  function replaced(rows: Rows, before: Kept, columns: readonly string[]): void {
    // A system that was put back gives versions again that it had given: as long as nobody noticed, a write under one of them passes.
    if (isUnnoticed) return;
    for (const column of columns) {
      const found = standing.get(place(rows, before.key, column));
      if (!found || found.text === NOTHING || !isToken(column) || kept.has(`${found.system} ${column} ${found.text}`)) continue;
      breach(2, `${found.text} in ${column} of ${before.key} was overwritten, and is not in the history`);
    }
  }

  function checkEdit(edit: EditTold): void {
    const text = JSON.stringify(edit.value);
    if (edit.register === 'stock' || edit.register === 'owner' || edit.system === 'concord') return;
    if (edit.register === 'phone' && edit.value === filledBy(edit.system)) return;
    if (edit.register === LIFE && edit.value === 'live') return;
    if (everTyped.has(`${edit.system} ${edit.register} ${text}`)) return;
    // What a system shows that was put back, or what we wrote late and is new there, counts as its edit.
    if (isPutBack) return;
    if (edit.register === 'memo' && isCut(text)) return;
    breach(3, `${text} in ${edit.register} is told as an edit of ${edit.system}, where nobody typed it`);
  }

  /** What a system cut off is not told from what its user shortened, where the answer to the write was lost. */
  function isCut(text: string): boolean {
    return [...memos].some((memo) => memo.startsWith(text.slice(0, -1)));
  }

  return {
    breaches,
    edits,
    typed,
    writes,
    breach,
    userChanged(rows, before, after, columns) {
      tell(
        () => `user of ${rows.nature.id}: ${after?.key ?? before?.key} ${after?.version ?? 'gone'} ${JSON.stringify(pick(after, columns))}`,
      );
      if (!after?.columns) {
        everTyped.add(`${rows.nature.id} ${LIFE} "deleted"`);
        for (const column of columns) standing.delete(place(rows, before?.key ?? after?.key ?? noKey(), column));
        return;
      }
      for (const column of columns) type(rows, after, column);
    },
    overwrites(rows, before, write) {
      replaced(rows, before, write.kind === 'delete' ? TOKENS : Object.keys(write.columns));
    },
    applied(rows, write, after, carried) {
      tell(
        () =>
          `applied in ${rows.nature.id}: ${write.kind} ${after?.key ?? write.key} ${after?.version ?? 'gone'} ${JSON.stringify(write.columns)}`,
      );
      const key = after?.key ?? write.key ?? noKey();
      for (const column of write.kind === 'delete' ? TOKENS : Object.keys(write.columns)) {
        standing.delete(place(rows, key, column));
        carrying.set(place(rows, key, column), carried);
      }
      const account = `${rows.nature.id} ${String(after?.columns?.['account'] ?? write.key)}`;
      writes.set(account, (writes.get(account) ?? 0) + 1);
    },
    backup(rows) {
      const isOf = ([at]: readonly [string, unknown]): boolean => at.startsWith(`${rows.nature.id} `);
      const then = [...standing].filter(isOf);
      return (isNoticed) => {
        isPutBack = true;
        isUnnoticed ||= !isNoticed;
        for (const one of [...standing].filter(isOf)) standing.delete(one[0]);
        for (const [at, entry] of then) standing.set(at, entry);
        for (const one of [...carrying].filter(isOf)) carrying.delete(one[0]);
        tell(
          () =>
            `${rows.nature.id} is put back to ${JSON.stringify(rows.living().map(({ key, version, columns }) => [key, version, columns]))}`,
        );
      };
    },
    add: (account, amount) => void stocks.set(account, (stocks.get(account) ?? 0) + amount),
    added: (account) => stocks.get(account) ?? 0,
    ruled: (register, value) => void everTyped.add(`person ${register} ${JSON.stringify(value)}`),
    committed(commit, answers) {
      commit.plans.forEach((plan, index) => {
        if (answers[index]?.kind !== 'committed') return;
        tell(() => `kept ${plan.record.id} r${plan.record.revision}: ${planText(plan)}`);
        if (plan.record.entity !== THING) return;
        for (const change of plan.changes)
          for (const edit of change.edits) {
            checkEdit(edit);
            edits.push({ ...edit, record: plan.record.id });
            kept.add(`${edit.system} ${edit.register} ${JSON.stringify(edit.value)}`);
          }
      });
    },
    missing: (systems) =>
      systems.flatMap((rows) =>
        rows.living().flatMap((row) =>
          TOKENS.flatMap((column) => {
            const found = standing.get(place(rows, row.key, column));
            return !found || found.text === NOTHING || kept.has(`${found.system} ${column} ${found.text}`)
              ? []
              : [`${found.text} in ${column} of ${row.key}`];
          }),
        ),
      ),
  };
}

function pick(kept: Kept | undefined, columns: readonly string[]): unknown {
  return Object.fromEntries(columns.map((column) => [column, kept?.columns?.[column]]));
}

function planText({ record, changes, deliveries }: Plan): string {
  const edits = changes.flatMap((change) =>
    change.edits.map(
      ({ system, register, value, saw, number }) => `${system}.${register}=${JSON.stringify(value)} saw ${saw} is ${number}`,
    ),
  );
  const queue = [...deliveries].map(([system, row]) => `${system}: ${row ? `${row.kind} ${row.state}` : 'nothing'}`);
  const links = Object.entries(record.links).map(
    ([system, { state, version, planned, unconfirmed }]) =>
      `${system} ${state} ${version} ${planned?.id.slice(record.id.length + 1) ?? '-'}/${planned?.kind ?? ''} +${unconfirmed?.length ?? 0}`,
  );
  return JSON.stringify([edits, queue, links]);
}

function isToken(column: string): boolean {
  return TOKENS.some((name) => name === column);
}

function noKey(): never {
  throw new Error('a row that changed has a key');
}
