import { entityName, revised, type JsonObject } from '@concord/core';
import { applyShape, tellRevisions, type ApplyTold, type RevisionTold } from '../../views/revisions.ts';
import { either, policiesIn, postTo, type Where } from './asked.ts';
import { overlaid, withLedger } from './opened.ts';
import { fieldWord, valueWords } from './told.ts';

export interface PlanGiven extends Where {
  readonly policies: string;
  readonly entity?: string;
  readonly json?: boolean;
}

/** There is something to change: a script can tell it from an error. */
const CHANGES = 2;

/** Tells each write that other policies would lead to, and writes nothing. Answers 0 when there is none. */
export function planPolicies(given: PlanGiven): Promise<number> {
  return either(
    given,
    (url) => planThere(url, given),
    (config) =>
      withLedger(config, async (laboratory) => {
        const { ledger, tables } = laboratory;
        const asked = given.entity === undefined ? {} : { entity: entityName(given.entity) };
        const telling = openTelling(given);
        for await (const found of revised(ledger, tables, overlaid(given.policies, laboratory), asked)) telling.add(tellRevisions(found));
        return telling.end();
      }),
  );
}

async function planThere(url: string, given: PlanGiven): Promise<number> {
  const entity: JsonObject = given.entity === undefined ? {} : { entity: given.entity };
  // Without a list that was reviewed, nothing is applied.
  const body = { policies: await policiesIn(given.policies), ...entity };
  const { revisions, registers }: ApplyTold = await postTo(`${url}/v1/lab/apply`, body, applyShape);
  const telling = openTelling(given);
  telling.add(revisions);
  return telling.end(registers - revisions.length);
}

interface Telling {
  add(revisions: readonly RevisionTold[]): void;
  end(more?: number): number;
}

function openTelling({ json = false }: PlanGiven): Telling {
  const writes = new Map<string, number>();
  let count = 0;
  return {
    add(revisions) {
      count += revisions.length;
      for (const revision of revisions) {
        console.log(json ? JSON.stringify(revision) : lineOf(revision));
        for (const system of revision.writes) writes.set(system, (writes.get(system) ?? 0) + 1);
      }
    },
    end(more = 0) {
      if (!json) tellSum(count, more, writes);
      return count === 0 ? 0 : CHANGES;
    },
  };
}

function tellSum(count: number, more: number, writes: ReadonlyMap<string, number>): void {
  if (count === 0) return console.log('Nothing would change: every merged value is what these policies come to.');
  if (more > 0) console.log(`… and ${more} more`);
  const sum = [...writes].map(([system, values]) => `${values} to ${system}`).join(', ');
  console.log(
    `${count + more} values would change; to be written${more > 0 ? ', of those above' : ''}: ${sum || 'none'}. Nothing was changed.`,
  );
}

function lineOf({ entity, name, register, before, after, writes }: RevisionTold): string {
  const why = after.rule === undefined ? '' : ` (${after.rule})`;
  const values = `${valueWords(before.values)}${before.held ? ' while it waits' : ''} → ${valueWords(after.values)}`;
  return `${entity} ${name}  ${fieldWord(register)}: ${values}${why}  ${writes.length === 0 ? 'is nowhere to be written' : `is written to ${writes.join(', ')}`}`;
}
