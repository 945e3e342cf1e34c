import { hash } from 'node:crypto';
import { statSync } from 'node:fs';
import { sqliteLedger } from '@concord/adapters';
import { compileTable, entityName, keyOf, observe, policies, recordId, settle, systemId, version } from '@concord/core';
import { FIELDS } from './workload.mjs';

const SYSTEMS = [systemId('fno'), systemId('ce')];
const CUSTOMER = entityName('customer');
const digest = (bytes) => hash('sha256', bytes, 'hex');

/** Concord's core and its SQLite ledger: every edit observed, merged, kept with its history, and its delivery settled. */
export async function runConcord({ file, workload, batch }) {
  let ledger = sqliteLedger({ file });
  const table = tableOf();
  // A row as the table map's translation hands it over.
  const live = SYSTEMS.map(() => workload.rows.map((row) => new Map(Object.entries(row))));
  const versions = SYSTEMS.map(() => workload.rows.map(() => 1));
  let nowMs = 1_700_000_000_000;
  const ids = workload.rows.map((_row, index) => recordId(`record-${String(index).padStart(14, '0')}`));
  const neverSent = () => true;
  const context = (index) => ({ nowMs: (nowMs += 1), newRecord: ids[index], neverSent, digest });

  const mapped = (side, index) => ({
    system: SYSTEMS[side],
    key: keyOf(String(index)),
    version: version(String(versions[side][index])),
    values: live[side][index],
    modifiedAtMs: nowMs,
    identity: live[side][index].get('account'),
    unreadable: [],
    waitsFor: [],
  });

  async function commit(plans) {
    const answers = await ledger.commit({ plans, cursors: [], failures: [], acts: [] });
    if (answers.some((answer) => answer.kind !== 'committed')) throw new Error('a plan was refused');
  }

  async function birth() {
    for (let from = 0; from < workload.rows.length; from += batch) {
      const plans = [];
      for (let index = from; index < Math.min(workload.rows.length, from + batch); index += 1) {
        const first = observe(undefined, mapped(0, index), table, context(index));
        plans.push(first, observe(first.record, mapped(1, index), table, context(index)));
      }
      await commit(plans);
    }
  }

  /**
   * Whatever is ready goes into one transaction: the edits of this batch, and what became of the deliveries of the batch before. What a
   * delivery wrote comes back on the feed, as it does in life, and is known by its version.
   */
  async function run(steps, waiting) {
    const known = await recordsOf(new Set([...steps.map(({ record }) => record), ...waiting]));
    const edited = new Set();
    const plans = [];
    const take = (index, plan) => {
      plans.push(plan);
      known.set(index, plan.record);
    };
    for (const { record, edits } of steps) {
      for (const { side, field, value } of edits) {
        live[side][record].set(field, value);
        versions[side][record] += 1;
      }
      for (const { side } of edits) {
        const plan = observe(known.get(record), mapped(side, record), table, context(record));
        if (!plan) continue;
        take(record, plan);
        edited.add(record);
      }
    }
    for (const index of waiting) {
      for (const [side, system] of SYSTEMS.entries()) deliver(index, side, system, known, take);
    }
    await commit(plans);
    return [...edited];
  }

  function deliver(index, side, system, known, take) {
    const record = known.get(index);
    const planned = record.links[system].planned;
    if (!planned) return;
    if (planned.expected !== String(versions[side][index])) {
      return take(index, settle(record, system, { kind: 'stale', row: mapped(side, index) }, table, context(index)));
    }
    let written = false;
    for (const [name, { value }] of Object.entries(planned.registers)) {
      if (live[side][index].get(name) === value) continue;
      live[side][index].set(name, value);
      written = true;
    }
    // What the side holds already is confirmed, not written.
    if (written) versions[side][index] += 1;
    take(index, settle(record, system, { kind: 'written', row: mapped(side, index) }, table, context(index)));
    if (observe(known.get(index), mapped(side, index), table, context(index))) throw new Error('an echo was taken for an edit');
  }

  async function recordsOf(indexes) {
    const known = new Map();
    for (const index of indexes) known.set(index, await ledger.record(ids[index]));
    return known;
  }

  async function stillPlanned(indexes) {
    const known = await recordsOf(indexes);
    return indexes.filter((index) => SYSTEMS.some((system) => known.get(index).links[system].planned));
  }

  await birth();
  // A closed ledger has its log written back, so that its size is what it really takes.
  await ledger.close();
  const sizeBefore = statSync(file).size;
  ledger = sqliteLedger({ file });
  const started = process.hrtime.bigint();
  let waiting = [];
  for (let from = 0; from < workload.list.length; from += batch) waiting = await run(workload.list.slice(from, from + batch), waiting);
  while (waiting.length > 0) waiting = (await run([], waiting), await stillPlanned(waiting));
  const seconds = Number(process.hrtime.bigint() - started) / 1e9;
  const { changes } = await ledger.counts();
  await ledger.close();
  const differing = workload.rows.filter((_row, index) =>
    FIELDS.some((field) => live[0][index].get(field) !== live[1][index].get(field)),
  ).length;
  return { seconds, changes, bytes: statSync(file).size - sizeBefore, differing };
}

function tableOf() {
  const side = (system) => ({ system, entity: CUSTOMER, set: 'customers', columns: FIELDS, where: {}, constants: {} });
  const kinds = { status: 'choice', tags: 'choices' };
  const typeOf = (field) => ({ kind: kinds[field] ?? (field.startsWith('number') ? 'integer' : 'text') });
  const policyOf = (field) =>
    ({ status: { name: 'rank', options: ['Active', 'Confirmed', 'Picked', 'Delivered', 'Invoiced'] }, tags: { name: 'set' } })[field] ?? {
      name: 'latest',
    };
  return compileTable(
    {
      entity: CUSTOMER,
      sides: { fno: side(SYSTEMS[0]), ce: side(SYSTEMS[1]) },
      key: ['account'],
      delete: 'update-wins',
      registers: FIELDS.map((name) => ({
        name,
        fields: [{ name, type: typeOf(name), sides: { fno: { column: name }, ce: { column: name } } }],
        policy: policyOf(name),
      })),
    },
    policies,
  );
}
