/** A fault planted in the core: a text of one of its built files, and what stands there instead. */
export interface Mutant {
  readonly name: string;
  /** Below the built core. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

/**
 * What a simulation is worth is how many of these it notices. Each is a mistake that one could make, and several are mistakes that were made.
 * The texts stand in the compiled files; when one of them is no longer found there, the mutant is to be planted again.
 */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'delivery by value',
    file: 'merge/deliveries.js',
    from: 'return shadow.ops !== register.ops && register.ops.some((op) => !shadow.ops.includes(op));',
    to: 'return JSON.stringify(shadow.value) !== JSON.stringify(register.value);',
  },
  {
    name: 'echo by value',
    file: 'merge/absorb.js',
    from: 'if (settled?.has(name))',
    to: 'if (settled?.has(name) || JSON.stringify(registerNow(draft, name)?.value) === JSON.stringify(value))',
  },
  {
    name: 'stale read taken',
    file: 'engine/reads.js',
    from: 'return began < (touches.get(record) ?? 0);',
    to: 'return false;',
  },
  {
    name: 'older version taken',
    file: 'engine/intake.js',
    from: 'ordered(version, link.version) < 0',
    to: 'ordered(version, link.version) < -1e9',
  },
  {
    name: 'a write makes no read stale',
    file: 'engine/delivering.js',
    from: 'reads.touch(record.id + system.id);\n        parts.traces?.answered(record.id, outcome);\n        return outcome;\n    }\n    /** A row can be gone',
    to: 'parts.traces?.answered(record.id, outcome);\n        return outcome;\n    }\n    /** A row can be gone',
  },
  {
    name: 'cursor before commit',
    file: 'engine/puller.js',
    from: 'await takeAll(pull.sightings, began);',
    to: 'cursor = pull.cursor; await saveCursor(); await takeAll(pull.sightings, began);',
  },
  {
    name: 'expired cursor passed over',
    file: 'engine/puller.js',
    from: "return restart('cursor expired');",
    to: 'return limits.pollMs;',
  },
  { name: 'absences are no news', file: 'engine/puller.js', from: 'await takeAbsences(seen);', to: ';' },
  {
    name: 'a broken listing counts as whole',
    file: 'engine/puller.js',
    from: "return restart('listing begun again');",
    to: ';',
  },
  {
    name: 'only the last attempt remembered',
    file: 'merge/settle.js',
    from: '? [...unconfirmed, planned] : unconfirmed',
    to: '? [planned] : unconfirmed',
  },
  {
    name: 'no attempt remembered',
    file: 'merge/settle.js',
    from: '? [...unconfirmed, planned] : unconfirmed',
    to: '? [] : unconfirmed',
  },
  {
    name: 'a lost answer counts as nothing written',
    file: 'engine/delivering.js',
    from: "{ kind: 'unknown', words: outcome.words, ...retry(row) }",
    to: "{ kind: 'later', words: outcome.words, ...retry(row) }",
  },
  {
    name: 'after a start nothing was sent',
    file: 'engine/fresh.js',
    from: 'return current.get(name) === planned;',
    to: 'return true;',
  },
  {
    name: 'a delivery that is put off counts as new',
    file: 'engine/fresh.js',
    from: 'if (stands && planned === record.revision)',
    to: 'if (stands)',
  },
  {
    name: 'a refused attempt is forgotten',
    file: 'merge/settle.js',
    from: "case 'refused':\n            remember(draft, system, attempt);",
    to: "case 'refused':",
  },
  {
    name: 'a delete of ours is somebody\u2019s',
    file: 'merge/bury.js',
    from: 'const own = perhapsSent(',
    to: 'const own = (() => [])(',
  },
  {
    name: 'a rounded echo is an edit',
    file: 'merge/absorb.js',
    from: ' ?? attemptOf(attempts, name, (sent) => isNear(sent, value))',
    to: '',
  },
  {
    name: 'a near miss is an edit',
    file: 'merge/settle.js',
    from: 'const stored = edited ? sent.value : (told ?? sent.value);',
    to: 'const stored = sent.value;',
  },
  {
    name: 'written under no version',
    file: 'engine/delivery.js',
    from: 'const expected = attempt.expected === undefined ? {} : { expected: attempt.expected };',
    to: 'const expected = {};',
  },
  {
    name: 'made without looking',
    file: 'engine/delivery.js',
    from: '...(correlation === undefined ? {} : { correlation: { column: correlation, value: record.id } }),',
    to: '',
  },
  {
    name: 'a row of ours is a stranger',
    file: 'engine/matching.js',
    from: 'return ((await correlated(ledger, system, table, row)) ??',
    to: 'return (',
  },
  {
    name: 'a deleted row is no news',
    file: 'merge/observe.js',
    from: 'bury(draft, gone.system);',
    to: ';',
  },
  {
    name: 'what its author saw stays in the frontier',
    file: 'register/open.js',
    from: 'open.edit.number <= edit.saw',
    to: 'open.edit.number < edit.saw',
  },
  {
    name: 'a step counts beside the edit that stands for it',
    file: 'register/log.js',
    from: 'log.filter((one) => one !== step)',
    to: 'log',
  },
  {
    name: 'what an edit was perhaps made on is forgotten',
    file: 'register/log.js',
    from: '...(or && or.length > 0 ? { or } : {}),',
    to: '',
  },
  {
    name: 'the history leaves out edits',
    file: 'merge/absorb.js',
    from: 'change.edits.push(toldOpen(name, edit, before, joins));',
    to: 'if (edit.saw > 0) change.edits.push(toldOpen(name, edit, before, joins));',
  },
  {
    name: 'what is not at hand is forgotten',
    file: 'engine/outbox.js',
    from: 'planned.size <= window.size + sending(entity)',
    to: 'true',
  },
  {
    name: 'what was due before the crash is not',
    file: 'engine/engine.js',
    from: 'deliverers.get(row.system)?.put(row);',
    to: "if (row.state !== 'due') deliverers.get(row.system)?.put(row);",
  },
  {
    name: 'lanes side by side',
    file: 'engine/lanes.js',
    from: 'const now = before.then(task, task);',
    to: 'const now = task();',
  },
  {
    name: 'a tie is broken by chance',
    file: 'clock/stamp.js',
    from: '(a.system < b.system ? -1 : a.system > b.system ? 1 : 0)',
    to: '(Math.random() < 0.5 ? -1 : 1)',
  },
  {
    name: 'a tie is broken the other way',
    file: 'clock/stamp.js',
    from: '(a.system < b.system ? -1 : a.system > b.system ? 1 : 0)',
    to: '(a.system < b.system ? 1 : a.system > b.system ? -1 : 0)',
  },
  {
    name: 'an edit bears the time of its hearing',
    file: 'merge/absorb.js',
    from: 'return modifiedAtMs;',
    to: 'return nowMs;',
  },
  {
    name: 'a resolution bears the stamp of now',
    file: 'merge/judge.js',
    from: 'judged.verdict = verdict;',
    to: "judged.verdict = verdict; if (verdict) judged.log = [...judged.log, { op: ops[0], author: 'concord', value, saw: judged.count, number: ++judged.count, stamp: { ms: draft.context.nowMs, count: 0, system: 'concord' } }];",
  },
  {
    name: 'a loser is not told',
    file: 'merge/told.js',
    from: "decision.kind === 'settled' ? decision.losers.map((edit) => toldEdit(name, edit)) : []",
    to: '[]',
  },
  {
    name: 'a taken read makes no other one stale',
    file: 'engine/intake.js',
    from: 'reads.touch(governed.plan.record.id + system.id);',
    to: '',
  },
  {
    name: 'an open attempt is forgotten',
    file: 'merge/absorb.js',
    from: 'now.unconfirmed = open.length > 0 ? open : undefined;',
    to: 'now.unconfirmed = undefined;',
  },
  {
    name: 'a row in the way is no news',
    file: 'merge/settle.js',
    from: 'return absorb(draft, outcome.row);',
    to: 'return;',
  },
  {
    name: 'a missing row is no news',
    file: 'merge/settle.js',
    from: 'return bury(draft, system);',
    to: 'return;',
  },
  {
    name: 'what was not answered is no base',
    file: 'merge/possible-bases.js',
    from: 'if (attempts.length === 0',
    to: 'if (true',
  },
  {
    name: 'an older attempt is taken for the one that was answered',
    file: 'merge/absorb.js',
    from: 'isAnswer || ',
    to: '',
  },
  {
    name: 'the note of a stop in order counts again',
    file: 'engine/farewell.js',
    from: 'await committer.note({ name: STOPPED_IN_ORDER, value: undefined });',
    to: ';',
  },
  {
    name: 'a stop in order ends all doubts',
    file: 'engine/farewell.js',
    from: '!fresh.has(id)',
    to: 'false',
  },
  {
    name: 'a refused write counts as perhaps made',
    file: 'engine/delivering.js',
    from: 'if (!APPLIED.has(outcome.kind))\n            perhapsApplied.delete(record.id);',
    to: '',
  },
  {
    name: 'a row of unknown version is written to',
    file: 'engine/delivering.js',
    from: "if (state === 'present' && version === undefined)\n            return true;",
    to: '',
  },
  {
    name: 'what became of a write that was made is forgotten',
    file: 'merge/settle.js',
    from: 'return expectEcho(draft, system, attempt);',
    to: 'return;',
  },
  {
    name: 'what a system fills in is an edit',
    file: 'merge/absorb.js',
    from: 'isFilledIn ? knownToAll(admitted, holdersIn(draft, name)) : admitted',
    to: 'admitted',
  },
  {
    name: 'a row is made without its reference',
    file: 'engine/delivering.js',
    from: 'referenceLeftOut(record, planned, table, system.id) ??',
    to: '',
  },
  {
    name: 'a reference that leads nowhere is written over',
    file: 'merge/deliveries.js',
    from: 'if (link.unread?.some((one) => one.register === name))',
    to: 'if (false)',
  },
  {
    name: 'a row that is gone is still to be read',
    file: 'merge/bury.js',
    from: 'gone.unread = undefined;',
    to: '',
  },
  {
    name: 'who waits is not woken',
    file: 'engine/engine.js',
    from: 'choring.put(parts.awaited.endedBy(plan));',
    to: '',
  },
  {
    name: 'who waits stays in the queue',
    file: 'engine/deliverer.js',
    from: 'if (woken.has(row.record))',
    to: 'if (true)',
  },
  {
    name: 'who looks alike is told apart by our own row',
    file: 'engine/kin.js',
    from: 'return couldFold(a, b);',
    to: "return Object.keys(a.links).every((system) => a.links[system]?.state !== 'present' || b.links[system]?.state !== 'present');",
  },
  {
    name: 'a row of ours that was found again counts as somebody’s',
    file: 'merge/absorb.js',
    from: 'now.isMade = madeIn(draft.table);',
    to: ';',
  },
  {
    name: 'what is open behind it is closed over',
    file: 'register/close.js',
    from: 'isSumOfChanges(register, policy) || opens.slice(length).every(({ past }) => (past & behind) === behind)',
    to: 'true',
  },
  {
    name: 'who takes out a member has seen every addition of it',
    file: 'policy/set.js',
    from: '!drops.some((drop) => sees(drop.open, open))',
    to: 'drops.length === 0',
  },
  {
    name: 'whoever is in both parts of a merge was in what both had',
    file: 'policy/versions.js',
    from: 'question.at(version.has & has).value',
    to: 'question.at(0n).value',
  },
  {
    name: 'what was typed over a write without an answer stands for the step before it',
    file: 'register/log.js',
    from: ', ...perhaps) >= step.number',
    to: ') >= step.number',
  },
  {
    name: 'what was typed since a restore is written over',
    file: 'merge/put-back.js',
    from: "if (kind === 'lost' && base)\n        return { value: shows, sent: undefined, ops: [], saw: base.number };",
    to: 'if (true)\n        return { value: shows, sent: undefined, ops: [], saw: base?.number ?? 0 };',
  },
  {
    name: 'what a restored system holds counts as edits',
    file: 'merge/put-back.js',
    from: "if (choice === 'take-over' || key !== row.key)",
    to: 'if (true)',
  },
  {
    name: 'a row that a restore took away counts as deleted',
    file: 'merge/put-back.js',
    from: "if (choice === 'take-over' || valueIn(record, LIFE) === 'deleted')",
    to: 'if (true)',
  },
  {
    name: 'rows of a restored system are taken before anybody chose',
    file: 'engine/taking-back.js',
    from: 'if (back && !back.chosen)',
    to: 'if (false)',
  },
];
