import type { ErrorEntry } from './entry.ts';

/** What is told at the start, or by the command line only. */
export const ofCommands = {
  BASELINE_UNREADABLE: {
    text: 'The baseline "{file}" cannot be read: {words}.',
    remedy: 'Name the file that an earlier `concord audit` wrote, or make a new one with --accept.',
    status: 400,
  },
  DUAL_WRITE_UNREADABLE: {
    text: '"{file}" cannot be read as table maps of dual-write: {words}.',
    remedy:
      'Save what Dataverse answers to msdyn_dualwriteentitymaps?$select=msdyn_name,msdyn_mapping, and for --finops what /Metadata/PublicEntities answers.',
    status: 400,
  },
  FILE_IN_THE_WAY: {
    text: 'There is a file "{file}" already.',
    remedy: 'Name another one; this one was left as it is.',
    status: 409,
  },
  FILE_UNUSABLE: {
    text: '"{file}" cannot be used: {words}.',
    remedy: 'Correct that, or name another, then run it again.',
    status: 400,
  },
  LEDGER_HELD: {
    text: 'The ledger "{file}" is in use by another process, such as a sidecar that runs.',
    remedy: '{instead}',
    status: 503,
  },
  SIDECAR_UNREACHABLE: {
    text: 'No sidecar answers at {url}: {words}.',
    remedy: 'Start it with `concord run --config <file>`, or say with --url where it answers.',
    status: 502,
  },
  SIDECAR_REFUSED: {
    text: 'The sidecar answers: {words}',
    remedy: '{remedy}',
    status: 502,
  },
  CONFIG_WRONG: {
    text: 'The configuration "{file}" has {count} fault(s): {faults}',
    remedy: 'Correct the lines named; nothing of the configuration was applied.',
    status: 422,
  },
  INITIAL_UNREAD: {
    text: '"{system}" could not be read to its end: {words}.',
    remedy: 'Nothing was written. Correct that, and ask for the report again.',
    status: 502,
  },
  CONFIG_MISSING: {
    text: 'There is no configuration file "{file}".',
    remedy: 'Name an existing file; examples/abctextiles/concord.yaml is one to begin with.',
    status: 404,
  },
  EMULATOR_UNKNOWN: {
    text: 'There is no emulator for "{system}".',
    remedy: 'Use one of: {systems}.',
    status: 404,
  },
  TRACING_NOT_INSTALLED: {
    text: 'Traces are to go to {endpoint}, and what sends them is not installed: {words}.',
    remedy: 'Install the optional dependencies (npm install --include=optional), or leave out `tracing` in the configuration.',
    status: 503,
  },
  PORT_WRONG: {
    text: '"{port}" is not a port.',
    remedy: 'Give a whole number from 0 (any that is free) to 65535.',
    status: 400,
  },
  PORT_TAKEN: {
    text: 'Nothing can be served at {host}:{port}: {words}.',
    remedy: 'Stop what listens there, or {instead}; 0 takes any that is free.',
    status: 503,
  },
  SEED_MISSING: {
    text: 'There is no seed "{seed}".',
    remedy: 'Use abctextiles, or the path of a seed file.',
    status: 404,
  },
  SEED_WRONG: {
    text: 'The seed "{file}" cannot be loaded: {words}',
    remedy: 'Correct it: examples/abctextiles/seed tells what a seed looks like.',
    status: 422,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
