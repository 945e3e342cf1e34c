import type { JsonObject } from '@concord/core';
import { isObject, member, objectsOf, textOf } from '../../packages/adapters/src/shared/json/look.ts';
import { ask, recordOf, type Town } from '../kit/town.ts';
import { sideBySide } from '../kit/until.ts';
import { COLUMNS, type Deed } from './crowd.ts';

const PAGE = 500;
const ASKED_AT_ONCE = 4;

type Edit = Extract<Deed, { kind: 'edit' }>;

/**
 * The edits that no history tells, in words. Of several edits that one person made to one field the last is looked for: whoever types over
 * what they typed has seen it, and a system tells only what it holds.
 */
export async function lost(url: string, deeds: readonly Deed[]): Promise<readonly string[]> {
  const last = new Map<string, Map<string, Edit>>();
  for (const deed of deeds) {
    if (deed.kind !== 'edit') continue;
    const ofCustomer = last.get(deed.account) ?? new Map<string, Edit>();
    last.set(deed.account, ofCustomer.set(`${deed.by} ${deed.field}`, deed));
  }
  const missing: string[] = [];
  await sideBySide([...last], ASKED_AT_ONCE, async ([account, edits]) => {
    const told = await valuesTold(url, account);
    for (const { by, field, value } of edits.values()) if (!told.has(value)) missing.push(`${account}: ${field} by ${by}: ${value}`);
  });
  return missing;
}

/** Everything that the history of a customer tells of edits. */
async function valuesTold(url: string, account: string): Promise<ReadonlySet<unknown>> {
  const id = textOf(await recordOf(url, account), 'id');
  const values = new Set<unknown>();
  let after: string | undefined;
  do {
    const page = await ask(
      url,
      `/v1/records/${id}/history?limit=${PAGE}${after === undefined ? '' : `&after=${encodeURIComponent(after)}`}`,
    );
    for (const change of objectsOf(page, 'items'))
      for (const edit of objectsOf(change, 'edits')) for (const value of valuesIn(edit)) values.add(value);
    after = textOf(page, 'next');
  } while (after !== undefined);
  return values;
}

function valuesIn(edit: JsonObject): readonly unknown[] {
  const values = member(edit, 'values');
  return isObject(values) ? Object.values(values) : [];
}

/** Values in the systems at the end that nobody typed there, in words: of fields that are not merged as texts. */
export function invented(town: Pick<Town, 'ce' | 'fno'>, deeds: readonly Deed[]): readonly string[] {
  const typed = new Set(deeds.map((deed) => (deed.kind === 'edit' ? deed.value : '')));
  const { memo: _memo, ...columns } = COLUMNS.anna;
  return town.ce
    .rows('accounts')
    .flatMap((row) => Object.values(columns).map((column) => String(row[column] ?? '')))
    .filter((value) => /^(?:anna|ben) \d+$/.test(value) && !typed.has(value));
}

/** Customers that are there and must not be, or the other way round, in words. */
export function misplaced(town: Pick<Town, 'ce' | 'fno'>, present: ReadonlySet<string>): readonly string[] {
  const held = {
    ce: town.ce.rows('accounts').map((row) => row['accountnumber']),
    fno: town.fno.rows('CustomersV3').map((row) => row['CustomerAccount']),
  };
  return Object.entries(held).flatMap(([system, keys]) => {
    const found = new Set(keys.map(String));
    return [
      ...[...present].filter((key) => !found.has(key)).map((key) => `${key} is not in ${system}`),
      ...[...found].filter((key) => !present.has(key)).map((key) => `${key} is in ${system}`),
    ];
  });
}
