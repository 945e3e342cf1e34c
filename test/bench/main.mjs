import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runConcord } from './concord.mjs';
import { runRaw } from './raw.mjs';
import { runScript } from './script.mjs';
import { steps } from './workload.mjs';

const BATCH = 100;
const rounds = Number(process.env.ROUNDS ?? 5);
const records = Number(process.env.RECORDS ?? 10_000);
const edits = Number(process.env.EDITS ?? 50_000);
const folder = mkdtempSync(join(tmpdir(), 'concord-bench-'));
const results = [];

try {
  for (let round = 0; round < rounds; round += 1) {
    const workload = steps({ records, edits, seed: 20_261 + round });
    const concord = await runConcord({ file: join(folder, `concord-${round}.db`), workload, batch: BATCH });
    const script = runScript({ file: join(folder, `script-${round}.db`), workload, batch: BATCH });
    const raw = runRaw({ file: join(folder, `raw-${round}.db`), rows: concord.changes, bytes: concord.bytes, batch: BATCH });
    const rate = (seconds) => Math.round(workload.made / seconds);
    results.push({
      concord: rate(concord.seconds),
      script: rate(script.seconds),
      raw: rate(raw.seconds),
      bytes: concord.bytes / workload.made,
    });
    if (concord.differing > 0) throw new Error(`${concord.differing} records differ between the systems at the end`);
    console.log(`round ${round + 1} of ${rounds}: ${JSON.stringify(results.at(-1))}`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const of = (name) => median(results.map((result) => result[name]));
const ratio = (a, b) => median(results.map((result) => result[a] / result[b])).toFixed(2);

console.log(`
Contested edits, ${records} records, ${edits} edits, every commit synced to disk, median of ${rounds} rounds:
  Concord, core and ledger, full history   ${of('concord')} edits/s, ${Math.round(of('bytes'))} bytes an edit
  the afternoon script, no history         ${of('script')} edits/s
  the same bytes written raw               ${of('raw')} edits/s
  Concord against the script               ${ratio('concord', 'script')}
  Concord against the raw bytes            ${ratio('concord', 'raw')}`);
