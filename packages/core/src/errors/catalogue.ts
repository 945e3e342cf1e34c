import { accessErrors } from './access.ts';

/** One kind of error: what happened, what to do about it, and the HTTP status that tells it. `{name}` stands for a parameter. */
export interface ErrorEntry {
  readonly text: string;
  readonly remedy: string;
  readonly status: number;
}

/** Every error that Concord raises on purpose. */
export const catalogue = {
  LEDGER_LOCKED: {
    text: 'The ledger "{file}" is in use by another process.',
    remedy: 'Stop the other sidecar first, or give this one a ledger file of its own.',
    status: 503,
  },
  LEDGER_FOREIGN: {
    text: 'The file "{file}" is not a Concord ledger.',
    remedy: 'Name another file under `ledger` in the configuration; this one was left as it is.',
    status: 500,
  },
  LEDGER_OLDER: {
    text: 'The ledger "{file}" has schema version {found}; this Concord reads version {known}.',
    remedy:
      'Start the sidecar: it brings a ledger up to date, which what only reads must not do. One from before the first release it refuses too: begin with a new file; everything is listed again from the systems. This one was left as it is.',
    status: 500,
  },
  LEDGER_NEWER: {
    text: 'The ledger "{file}" has schema version {found}; this Concord knows versions up to {known}.',
    remedy: 'Start the Concord that wrote it, or a later one; the file was left as it is.',
    status: 500,
  },
  LEDGER_UNREACHABLE: {
    text: 'The ledger file "{file}" cannot be opened: {words}.',
    remedy: 'Check that its folder exists and that this process may write there.',
    status: 500,
  },
  LEDGER_DAMAGED: {
    text: 'The ledger "{file}" holds something that Concord did not write: {what}.',
    remedy: 'Stop Concord and restore the ledger from its last backup.',
    status: 500,
  },
  LEDGER_TORN: {
    text: 'The log of the ledger "{file}" is torn: {count} commits behind the tear cannot be read.',
    remedy: 'Restore the last backup; or give those commits up with `concord doctor --mend`. Nothing was changed.',
    status: 500,
  },
  LEDGER_NOT_DURABLE: {
    text: 'The ledger "{file}" runs with {setting} = {found}, and needs {wanted}: commits could be lost in a power cut.',
    remedy: 'Use a local disk and a file system that supports write-ahead logging.',
    status: 500,
  },
  LEDGER_FULL: {
    text: 'There is no room left to write the ledger "{file}".',
    remedy: 'Free some disk space; nothing was lost, and the commit that failed left nothing behind.',
    status: 503,
  },
  LEDGER_WAITS: {
    text: 'The ledger cannot be written just now: {words}',
    remedy: '{remedy} Everything goes on by itself as soon as it can be written again; then send this again.',
    status: 503,
  },
  LEDGER_BROKEN: {
    text: 'The disk refused to write the ledger "{file}": {words}.',
    remedy: 'Check the disk, then start Concord again; the commit that failed left nothing behind.',
    status: 500,
  },
  LEDGER_CLOSED: {
    text: 'The ledger is closed.',
    remedy: 'Open it again before use.',
    status: 503,
  },
  LEDGER_MISSING: {
    text: 'There is no ledger file "{file}".',
    remedy: 'Run the sidecar once with this configuration, or correct `ledger` in it.',
    status: 404,
  },
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
  LEDGER_EXISTS: {
    text: 'There is a ledger "{file}" already.',
    remedy: 'An import makes a new ledger: name another file under `ledger` in the configuration, or move this one aside.',
    status: 409,
  },
  IMPORT_WRONG: {
    text: 'Line {line} cannot be imported: {words}.',
    remedy: 'Export it again, with this version of Concord; nothing was left behind.',
    status: 422,
  },
  BACKUP_FAILED: {
    text: 'The backup "{file}" could not be made: {words}.',
    remedy: 'Look for room and rights in its folder (`ledger.backups` in the configuration), then try again; nothing was left behind.',
    status: 500,
  },
  BACKUP_BUSY: {
    text: 'A backup is being made already.',
    remedy: 'Wait until it has ended.',
    status: 409,
  },
  BACKUP_WRONG: {
    text: 'The backup "{file}" does not verify: {count} of what it holds are wrong.',
    remedy: 'Take an earlier backup. The ledger was left as it is.',
    status: 422,
  },
  LAB_LOCKED: {
    text: 'The ledger "{file}" is held by a running sidecar.',
    remedy: 'Ask that sidecar: give --url http://127.0.0.1:8085 (where it answers) instead of --config; or stop it first.',
    status: 503,
  },
  LAB_PRESET_UNKNOWN: {
    text: 'There is no preset "{preset}".',
    remedy: 'Use one of: {presets}; the systems are {systems}.',
    status: 422,
  },
  LAB_ASK_WRONG: {
    text: 'The laboratory cannot be asked that: {words}.',
    remedy: 'See docs/laboratory.md for what each command takes.',
    status: 400,
  },
  LAB_REFUSED: {
    text: 'The sidecar answers: {words}',
    remedy: '{remedy}',
    status: 502,
  },
  LAB_BUSY: {
    text: 'The laboratory is at work already.',
    remedy: 'Wait until it has ended: two would take the time from each other, and from the records.',
    status: 409,
  },
  LAB_LIST_MOVED: {
    text: 'The list of changes is {found} now; {reviewed} was reviewed.',
    remedy: 'Ask again without the reviewed list (--review) to see it as it is now. Nothing was changed.',
    status: 409,
  },
  LAB_LIST_LONG: {
    text: 'More than {max} records would be changed.',
    remedy: 'Go by entity, or stop the sidecar and use `concord lab apply` with its configuration: that has no such limit.',
    status: 422,
  },
  PAGE_LIMIT_WRONG: {
    text: 'A page of {limit} rows was asked for.',
    remedy: 'Ask for a whole number from 1 to {max}.',
    status: 400,
  },
  PAGE_AFTER_WRONG: {
    text: 'The page mark "{after}" was not given out by this list.',
    remedy: 'Pass on the `next` of the page before, unchanged, or leave it out to begin at the start.',
    status: 400,
  },
  CONFIG_WRONG: {
    text: 'The configuration "{file}" has {count} fault(s): {faults}',
    remedy: 'Correct the lines named; nothing of the configuration was applied.',
    status: 422,
  },
  RECORD_UNKNOWN: {
    text: 'There is no record "{record}".',
    remedy: 'List the records with GET /v1/records, or ask by system and key.',
    status: 404,
  },
  FIELD_UNKNOWN: {
    text: 'The records of "{entity}" have no field "{field}".',
    remedy: 'Name fields as the configuration does.',
    status: 422,
  },
  ERASE_OPEN: {
    text: 'Nothing of the record "{record}" was erased: {words}.',
    remedy:
      'Concord erases what is past. Empty the fields, or delete the record, in every system; wait until that is mirrored; then erase. Or name only the fields that are empty.',
    status: 409,
  },
  ERASE_FOLDED: {
    text: 'The record "{record}" was folded into "{into}".',
    remedy: 'Erase that one: what was folded into it is erased with it.',
    status: 409,
  },
  ERASE_UNFINISHED: {
    text: 'The values are erased, but the ledger file could not be written anew: {words}. Bytes of them may be left in free pages.',
    remedy: 'Free as much disk space as the ledger takes, and start again: it is finished before anything else is done.',
    status: 503,
  },
  ENTITY_UNKNOWN: {
    text: 'There is no entity "{entity}".',
    remedy: 'Use one of: {entities}.',
    status: 404,
  },
  INITIAL_UNREAD: {
    text: '"{system}" could not be read to its end: {words}.',
    remedy: 'Nothing was written. Correct that, and ask for the report again.',
    status: 502,
  },
  DELIVERY_GONE: {
    text: 'The delivery "{delivery}" is not there any more: it was delivered, or planned anew.',
    remedy: 'List what is parked with GET /v1/deliveries?state=parked.',
    status: 409,
  },
  ROW_GONE: {
    text: 'The row "{key}" of "{entity}" in "{system}" is not set aside.',
    remedy: 'List the rows that are with GET /v1/rows.',
    status: 409,
  },
  ASK_WRONG: {
    text: 'That cannot be done: {words}.',
    remedy: 'The command with --help says what it takes.',
    status: 400,
  },
  VERSION_UNKNOWN: {
    text: 'The record "{record}" has no version "{version}".',
    remedy: 'It has versions {first} to {versions}; its history tells their hashes and times.',
    status: 404,
  },
  VERSION_COMPACTED: {
    text: 'The version "{version}" of the record "{record}" was compacted away: nothing from before {before} is told any more.',
    remedy:
      'The ledger begins with version {first} of it. Earlier ones are in the archive that was written before `concord compact`, where one was: import it as a ledger of its own.',
    status: 410,
  },
  ARCHIVE_WRONG: {
    text: 'The archive "{file}" is not what was compacted away: {words}.',
    remedy: 'Use the archive that was written when the ledger was compacted, as it was then.',
    status: 422,
  },
  CONFLICT_UNKNOWN: {
    text: 'There is no conflict "{conflict}".',
    remedy: 'List the conflicts with GET /v1/conflicts.',
    status: 404,
  },
  CONFLICT_CLOSED: {
    text: 'The conflict "{conflict}" is closed: a person or a newer edit was first.',
    remedy: 'Read the conflict again to see how it ended.',
    status: 409,
  },
  CONFLICT_MOVED: {
    text: 'The conflict "{conflict}" is not as you saw it: a person or a newer edit was first.',
    remedy: '`current` tells how it is now. Look at it, then send its ETag.',
    status: 412,
  },
  REOPEN_REFUSED: {
    text: 'The conflict "{conflict}" cannot be opened again: {words}.',
    remedy: 'Restore a value of the field from its history instead, where it is about a field.',
    status: 409,
  },
  RECORD_MOVED: {
    text: 'The record "{record}" is not as you saw it.',
    remedy: '`current` tells how it is now. Look at it, then send its ETag.',
    status: 412,
  },
  RECORD_REFUSED: {
    text: 'That cannot be done to the record "{record}": {words}.',
    remedy: 'GET /v1/records/{record} tells how it is; settle what is named first.',
    status: 409,
  },
  EDIT_UNKNOWN: {
    text: 'Version {version} of the record "{record}" tells no value of {field}.',
    remedy: 'Its history tells which versions do; a value that was erased is told by none.',
    status: 422,
  },
  RULING_SIDE_UNKNOWN: {
    text: 'No side of the conflict is called "{side}".',
    remedy: 'Choose one of: {sides}; or send `values` instead of `side`.',
    status: 422,
  },
  RULING_VALUE_WRONG: {
    text: 'The value given for "{field}" is not as it must be: {type}, in canonical form.',
    remedy: 'Give every field of the conflict, written as the conflict itself shows its values.',
    status: 422,
  },
  RULING_CHOICE_UNKNOWN: {
    text: 'The conflict "{conflict}" cannot be resolved like that.',
    remedy: 'Send one of: {choices}.',
    status: 422,
  },
  RULING_REFUSED: {
    text: 'The conflict "{conflict}" cannot be resolved like that now: {words}.',
    remedy: 'Settle what is named first, then try again.',
    status: 409,
  },
  MAP_UNKNOWN: {
    text: 'The entity "{entity}" is not mirrored with "{system}".',
    remedy: 'GET /healthz lists the maps.',
    status: 404,
  },
  MAP_OFF: {
    text: 'The map of "{entity}" in "{system}" is off, not paused.',
    remedy: 'Start it: everything is listed anew then, and what differs is taken.',
    status: 409,
  },
  GUARD_IDLE: {
    text: 'Nothing of "{entity}" in "{system}" waits for a decision.',
    remedy: 'GET /healthz tells which maps are guarded, and why.',
    status: 409,
  },
  STREAM_FULL: {
    text: 'There are {max} readers of the stream already.',
    remedy: 'Close one that is not needed, or let several share one.',
    status: 503,
  },
  SYSTEM_UNKNOWN: {
    text: 'There is no system "{system}".',
    remedy: 'Use one of: {systems}.',
    status: 404,
  },
  REQUEST_WRONG: {
    text: 'The request cannot be understood: {words}.',
    remedy: "Compare it with the route's description in docs/rest-api.md.",
    status: 400,
  },
  BODY_TOO_LARGE: {
    text: 'The body of the request is too large.',
    remedy: 'Send at most 1 MiB, and at most 512 KiB to a hook.',
    status: 413,
  },
  ROUTE_UNKNOWN: {
    text: 'There is nothing at {method} {path}.',
    remedy: 'The routes are listed in docs/rest-api.md.',
    status: 404,
  },
  ...accessErrors,
  INTERNAL: {
    text: 'Something went wrong inside Concord: {words}.',
    remedy: 'The log names the cause. Nothing that was acknowledged is lost; try again.',
    status: 500,
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
  PORT_WRONG: {
    text: '"{port}" is not a port.',
    remedy: 'Give a whole number from 0 (any that is free) to 65535.',
    status: 400,
  },
  PORT_TAKEN: {
    text: 'Nothing can be served at {host}:{port}: {words}.',
    remedy: 'Stop what listens there, or name another port under `server` in the configuration; 0 takes any that is free.',
    status: 503,
  },
  SEED_MISSING: {
    text: 'There is no seed "{seed}".',
    remedy: 'Use abctextiles, or the path of a seed file.',
    status: 404,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;

export type ErrorCode = keyof typeof catalogue;
