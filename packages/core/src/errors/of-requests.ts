import type { ErrorEntry } from './entry.ts';

/** What is told to whoever asks, over the API or a command that uses it. */
export const ofRequests = {
  LAB_PRESET_UNKNOWN: {
    text: 'There is no preset "{preset}".',
    remedy: 'Use one of: {presets}; the systems are {systems}.',
    status: 422,
  },
  WORK_BUSY: {
    text: '{who} is at work already: {most} at a time.',
    remedy: 'Wait until it has ended: more would take the time from each other, and from the records.',
    status: 409,
  },
  WORK_LONG: {
    text: '{who} took longer than {seconds} s, and was ended.',
    remedy: 'Ask for less at a time, such as one entity; the command with --config, on a stopped sidecar, has no such limit.',
    status: 422,
  },
  WORK_LARGE: {
    text: '{who} needed more than {megabytes} MiB of memory, and was ended.',
    remedy: 'Ask for less at a time, such as one entity; the command with --config, on a stopped sidecar, has no such limit.',
    status: 422,
  },
  WORK_LEFT: {
    text: '{who} was ended before it came to an answer.',
    remedy: 'Ask again: whoever asked had gone, or Concord was stopping.',
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
  HISTORY_MOVED: {
    text: 'The history of the record "{record}" was told short while it was read.',
    remedy: 'Ask again: from now on it begins with its new epoch.',
    status: 503,
  },
  VERSION_COMPACTED: {
    text: 'The version "{version}" of the record "{record}" was compacted away: nothing from before {before} is told any more.',
    remedy:
      'The ledger begins with version {first} of it. Earlier ones are in the archive that was written before that, where one was: import it as a ledger of its own.',
    status: 410,
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
  PUT_BACK_IDLE: {
    text: 'Nobody is waited for because "{system}" was put back, over "{entity}".',
    remedy: 'GET /v1/maps tells how each map is; POST /v1/systems/{system}/put-back says that it was.',
    status: 409,
  },
  PUT_BACK_READING: {
    text: 'What "{system}" holds of "{entity}" is still being read.',
    remedy: 'Ask for the report until its state is done, look at it, then choose. Nothing is lost meanwhile.',
    status: 409,
  },
  STREAM_FULL: {
    text: 'There are {max} readers of the stream{who} already.',
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
  QUERY_UNKNOWN: {
    text: 'There is no parameter "{name}" of {route}.',
    remedy: '{words}',
    status: 400,
  },
  REQUEST_SLOW: {
    text: 'The request did not come to its end in time.',
    remedy: 'Send all of it within ten seconds.',
    status: 408,
  },
  HEADERS_TOO_LARGE: {
    text: 'The address and the headers of the request are too large.',
    remedy: 'Send at most 16 KiB of them: cookies are not needed, and a long list of ids goes by pages.',
    status: 431,
  },
  BODY_TOO_LARGE: {
    text: 'The body of the request is too large.',
    remedy: 'This route takes at most {bytes} bytes.',
    status: 413,
  },
  ROUTE_UNKNOWN: {
    text: 'There is nothing at {method} {path}.',
    remedy: 'The routes are listed in docs/rest-api.md.',
    status: 404,
  },
  INTERNAL: {
    text: 'Something went wrong inside Concord: {words}.',
    remedy: 'The log names the cause. Nothing that was acknowledged is lost; try again.',
    status: 500,
  },
} as const satisfies Readonly<Record<string, ErrorEntry>>;
