import type { JsonObject } from '@concord/core';
import { isObject, member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import type { Burst } from './town-burst.ts';
import { ask, askList, recordOf } from './town.ts';
import { sideBySide } from './until.ts';

const PAGE = 500;
const ASKED_AT_ONCE = 8;

/** How many conflicts a rule has settled. */
export async function settledConflicts(url: string): Promise<number> {
  let count = 0;
  let after: string | undefined;
  do {
    const page = await ask(
      url,
      `/v1/conflicts?state=settled&limit=${PAGE}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    count += objectsOf(page, 'items').length;
    after = textOf(page, 'next');
  } while (after !== undefined);
  return count;
}

/**
 * The edits that no history tells, of so many customers. Of several edits that one person made to one field, one is enough: the
 * person wrote over the others.
 */
export async function untold(url: string, edits: readonly Burst[], customersMax: number): Promise<readonly string[]> {
  const byCustomer = grouped(edits, (edit) => edit.account);
  const missing: string[] = [];
  await sideBySide([...byCustomer].slice(0, customersMax), ASKED_AT_ONCE, async ([account, made]) => {
    const record = await recordOf(url, account);
    const history = await askList(url, `/v1/records/${textOf(record, 'id')}/history?limit=${PAGE}`);
    const told = new Set(history.flatMap((change) => objectsOf(change, 'edits')).flatMap(valuesIn));
    for (const group of grouped(made, nameOf).values()) {
      if (!group.some(({ columns }) => Object.values(columns).every((value) => told.has(value))))
        missing.push(`${account} ${nameOf(group[0])}`);
    }
  });
  return missing;
}

function grouped(edits: readonly Burst[], by: (edit: Burst) => string): ReadonlyMap<string, readonly Burst[]> {
  const groups = new Map<string, Burst[]>();
  for (const edit of edits) groups.set(by(edit), [...(groups.get(by(edit)) ?? []), edit]);
  return groups;
}

function nameOf(edit: Burst | undefined): string {
  return edit === undefined ? '' : `${edit.by} ${Object.keys(edit.columns).join()}`;
}

function valuesIn(edit: JsonObject): readonly unknown[] {
  const values = member(edit, 'values');
  return isObject(values) ? Object.values(values) : [];
}
