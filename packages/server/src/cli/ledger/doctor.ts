import { inspectLedger, mendLog, type Finding } from '@concord/adapters';
import { Type, type Static } from 'typebox';
import { timeWord } from '../../backups.ts';
import { clock } from '../../surroundings.ts';
import { addressOf } from '../address.ts';
import { loadConfig } from '../config-file.ts';
import { exactlyOne, getHealth } from '../lab/asked.ts';

export interface DoctorGiven {
  readonly config?: string;
  readonly url?: string;
  readonly mend?: boolean;
}

/** Says what is wrong, and what to do: with a ledger file, or with a sidecar that runs. Status 1 when something must be done. */
export async function doctor({ mend = false, ...where }: DoctorGiven): Promise<number> {
  return exactlyOne(where, 'give --config of a ledger to look at, or --url of a sidecar that runs', {
    ask: async (url) => tell(sidecarFindings(await getHealth(url, health))),
    work: (config) => examineFile(config, mend),
  });
}

async function examineFile(config: string, mend: boolean): Promise<number> {
  const { ledger, server } = loadConfig(config);
  const { file } = ledger;
  console.log(file);
  if (mend) console.log(mendWords(mendLog(file, `${file}-wal.torn-${timeWord(clock.nowMs())}`)));
  return tell(await inspectLedger(file, `Ask the sidecar that holds it: concord doctor --url ${addressOf(server)}`));
}

function mendWords(mended: { readonly given: number; readonly kept: string } | undefined): string {
  if (!mended) return 'There is nothing to mend: its log is not torn.';
  return `The log was cut before its tear: ${mended.given} commits are given up. The whole of it is kept as ${mended.kept}.`;
}

const SIGNS = { good: 'ok     ', warning: 'warning', fault: 'FAULT  ' };

function tell(findings: readonly Finding[]): number {
  for (const { state, words, remedy } of findings)
    console.log(`${SIGNS[state]} ${words}${remedy === undefined ? '' : `\n        → ${remedy}`}`);
  const faults = findings.filter(({ state }) => state === 'fault').length;
  console.log(faults === 0 ? 'Nothing must be done.' : `${faults} fault(s).`);
  return faults === 0 ? 0 : 1;
}

const trouble = Type.Object({ words: Type.String(), remedy: Type.String(), since: Type.String() });
const health = Type.Object({
  status: Type.String(),
  ledger: Type.Object({ trouble: Type.Optional(trouble), held: Type.Optional(Type.Number()), parked: Type.Optional(Type.Number()) }),
  maps: Type.Array(
    Type.Object({
      system: Type.String(),
      entity: Type.String(),
      state: Type.String(),
      words: Type.Optional(Type.String()),
      asideRows: Type.Number(),
    }),
  ),
  deliveries: Type.Array(
    Type.Object({
      system: Type.String(),
      waiting: Type.Number(),
      paused: Type.Optional(Type.String()),
      circuit: Type.Object({ state: Type.String() }),
    }),
  ),
});

const MAP_REMEDIES: Readonly<Record<string, string>> = {
  unreachable: 'Check the network and the url; it is tried again.',
  throttled: 'The system asked for time; it goes on by itself.',
  denied: 'Check the client, its secret, and its rights in the system.',
  drifted: 'Correct the map, or bring the table or column back.',
  guarded: 'Look at what would change, then decide: concord map pass, or concord map refuse',
  'put-back': 'Nothing is lost; see what it lost, then choose: concord put-back show {map}',
  pressed: 'Look why the other system takes so few writes; it goes on by itself.',
  paused: 'Nothing is lost; `concord map list` tells who paused it and why, `concord map resume` has it go on.',
  stopped: 'The log names the cause; it is tried again.',
};

/** States that pass by themselves, or that somebody wanted. */
const PASSING = new Set(['throttled', 'pressed', 'paused']);

function sidecarFindings({ ledger, maps, deliveries }: Static<typeof health>): readonly Finding[] {
  const findings: Finding[] = [];
  if (ledger.trouble)
    findings.push({ state: 'fault', words: `${ledger.trouble.words} Since ${ledger.trouble.since}.`, remedy: ledger.trouble.remedy });
  else findings.push({ state: 'good', words: 'the ledger can be written' });
  for (const { system, entity, state, words = '', asideRows } of maps) {
    const remedy = MAP_REMEDIES[state]?.replace('{map}', `${entity} ${system}`);
    const told = `${entity} of ${system} is ${state}${words === '' ? '' : `: ${words}`}`;
    findings.push(
      remedy === undefined ? { state: 'good', words: told } : { state: PASSING.has(state) ? 'warning' : 'fault', words: told, remedy },
    );
    if (asideRows > 0)
      findings.push({
        state: 'warning',
        words: `${asideRows} rows of ${entity} in ${system} are set aside`,
        remedy: 'concord parked list',
      });
  }
  for (const { system, waiting, paused, circuit } of deliveries) {
    const told = `the circuit of ${system} is ${circuit.state}, ${waiting} writes wait`;
    if (circuit.state === 'closed') findings.push({ state: 'good', words: told });
    else
      findings.push({
        state: 'warning',
        words: `${told}${paused === undefined ? '' : `: ${paused}`}`,
        remedy: 'Nothing is lost; it is tried again by itself. See whether the system is well.',
      });
  }
  const { parked = 0, held = 0 } = ledger;
  if (parked > 0) findings.push({ state: 'warning', words: `${parked} writes are parked`, remedy: 'concord parked list' });
  if (held > 0) findings.push({ state: 'warning', words: `${held} conflicts wait for a person`, remedy: 'concord conflicts list' });
  return findings;
}
