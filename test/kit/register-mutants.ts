/** A fault planted in the register: a text of one of its built files, what stands there instead, and where it is to be noticed. */
export interface RegisterMutant {
  readonly name: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** By policy. */
  readonly noticedBy: string;
  /** While what happens. */
  readonly weather: string;
  /** Of histories that show it soon; left out: 1. */
  readonly seed?: number;
}

const LATE = 'answers come late';
const LOST = 'answers are lost';
const RULED = 'people rule';
const BACK = 'systems are put back';
const AWAY = 'systems leave and return';

/** Where edits cross, clocks differ and an answer is lost, without screens. */
export const STEPS = 'edits cross, step by step';

/** Each is a mistake that was made once, or that somebody will make who reads the rules in a hurry. */
export const REGISTER_MUTANTS: readonly RegisterMutant[] = [
  {
    name: 'the base is told by number',
    file: 'register/answer.js',
    from: 'base: (group) => at(commonPast(group)).value',
    to: 'base: (group) => at(edits.filter((open) => group.every((one) => open.edit.number <= one.edit.saw)).reduce((all, open) => all | open.bit, 0n)).value',
    noticedBy: 'immutable',
    weather: LATE,
  },
  {
    name: 'what stands while somebody is asked is the last that was decided',
    file: 'register/answer.js',
    from: 'resolution.provisional ?? base(frontier)',
    to: 'resolution.provisional ?? frontier.at(-1)?.value',
    noticedBy: 'manual',
    weather: LATE,
  },
  {
    name: 'an edit that came back to where it began counts',
    file: 'register/open.js',
    from: 'return before === undefined || !sameValue(value, before);',
    to: 'return true;',
    noticedBy: 'latest',
    weather: LATE,
  },
  {
    name: 'closed although an open edit has not seen it',
    file: 'register/close.js',
    from: 'isSumOfChanges(register, policy) || opens.slice(length).every(({ past }) => (past & behind) === behind)',
    to: 'true',
    noticedBy: 'set',
    weather: LATE,
  },
  {
    name: 'closed although a system has not seen it',
    file: 'register/close.js',
    from: '!waited.every((holder) => hasSeen(register, holder, length))',
    to: 'false',
    noticedBy: 'set',
    weather: LATE,
  },
  {
    name: 'closed before a value that was turned away is written over',
    file: 'register/close.js',
    from: 'if (isWhole && !waited.every((holder) => isShown(register, holder, first, policy)))',
    to: 'if (false)',
    noticedBy: 'owner "s0"',
    weather: LATE,
    seed: 3,
  },
  {
    name: 'closed while somebody is asked',
    file: 'register/close.js',
    from: 'waited.length === 0 || isHeld(answer(register, policy))',
    to: 'waited.length === 0',
    noticedBy: 'manual {"provisional":"longest"}',
    weather: RULED,
  },
  {
    name: 'nobody has seen what is closed',
    file: 'register/close.js',
    from: 'for (const system of [...waited, ...made])',
    to: 'for (const system of made)',
    noticedBy: 'states {"steps":{"Active":["Confirmed","Canceled"],"Confirmed":["Picked","Canceled"],"Picked":["Delivered","Confirmed"]}}',
    weather: LATE,
    seed: 14,
  },
  {
    name: 'what an author made before is not in their past',
    file: 'register/open.js',
    from: 'let past = own ? own.past | own.bit : 0n;',
    to: 'let past = 0n;',
    noticedBy: 'set',
    weather: LATE,
  },
  {
    name: 'times are not lifted',
    file: 'register/open.js',
    from: 'return compareStamps(stamp, floor) > 0 ?',
    to: 'return true ?',
    noticedBy: 'first',
    weather: LATE,
  },
  {
    name: 'doubt is dropped',
    file: 'register/log.js',
    from: '...(or && or.length > 0 ? { or } : {})',
    to: '...{}',
    noticedBy: 'set',
    weather: LOST,
    seed: 9,
  },
  {
    name: 'an author is taken to have seen everything',
    file: 'register/log.js',
    from: 'return author === CONCORD ? count : (acks[author] ?? 0);',
    to: 'return count;',
    noticedBy: 'set',
    weather: LATE,
  },
  {
    name: 'a person is taken to have seen what came after their page',
    file: 'register/log.js',
    from: 'return Math.min(page ?? count, count);',
    to: 'return count;',
    noticedBy: 'set',
    weather: RULED,
  },
  {
    name: 'a step is a draft although it was perhaps sent',
    file: 'register/log.js',
    from: 'Math.max(perhapsSeen, ...Object.values(acks), ...perhaps) >= step.number',
    to: 'false',
    noticedBy: 'set',
    weather: LATE,
  },
  {
    name: 'no step is a draft',
    file: 'register/log.js',
    from: 'edit.number > step.number) ? undefined : step;',
    to: 'edit.number > step.number) ? undefined : undefined;',
    noticedBy: 'latest',
    weather: LATE,
  },
  {
    name: 'a step before a ruling is a draft',
    file: 'register/log.js',
    from: 'return log.some((edit) => !isSystem(edit.author) && edit.number > step.number) ? undefined : step;',
    to: 'return step;',
    noticedBy: 'set',
    weather: RULED,
  },
  {
    name: 'an edit that is adrift is its author’s own',
    file: 'register/register.js',
    from: 'author === system && adrift === undefined',
    to: 'author === system',
    noticedBy: 'set of distinct members',
    weather: BACK,
    seed: 4,
  },
  {
    name: 'nothing is reopened',
    file: 'register/reopen.js',
    from: 'if (!stable || saw >= stable.number)',
    to: 'if (true)',
    noticedBy: 'set of distinct members',
    weather: AWAY,
  },
  {
    name: 'what a system shows already is not written',
    file: 'register/shows.js',
    from: 'if (log.some((edit) => edit.number > number && !isOwnOf(edit, system)))',
    to: 'if (false)',
    noticedBy: 'latest',
    weather: LATE,
  },
  {
    name: 'a sum forgets what is beyond its bounds',
    file: 'policy/additions.js',
    from: '(kept ?? stable?.value)',
    to: 'stable?.value',
    noticedBy: 'bounded, clamp',
    weather: LATE,
  },
  {
    name: 'a change that a ruling had seen is added again',
    file: 'policy/additions.js',
    from: '!resets.some((reset) => sees(reset, open))',
    to: 'true',
    noticedBy: 'counter',
    weather: RULED,
  },
  {
    name: 'versions are compared with what all had seen, and not with what the two have in common',
    file: 'policy/versions.js',
    from: 'question.at(version.has & has).value',
    to: 'question.at(question.frontier.reduce((all, one) => all & one.past, version.has)).value',
    noticedBy: 'list',
    weather: LATE,
  },
  {
    name: 'closed while what is closed is in doubt',
    file: 'register/close.js',
    from: ' || others.some((other) => !isSame(other, first))',
    to: '',
    noticedBy: 'latest',
    weather: STEPS,
  },
  {
    name: 'what is closed is as late as the edit that stands',
    file: 'register/above.js',
    from: 'const stamp = greatest([...opens.filter(isChange), ...(stable ? [stable] : [])]);',
    to: 'const stamp = standing(answer)?.stamp ?? greatest([...opens.filter(isChange), ...(stable ? [stable] : [])]);',
    noticedBy: 'majority',
    weather: LATE,
    seed: 6,
  },
  {
    name: 'a lost write of the value that was shown already is not doubted',
    file: 'register/log.js',
    from: '...(or && or.length > 0 ? { or } : {})',
    to: '...(or && or.some((one) => one.before !== before) ? { or: or.filter((one) => one.before !== before) } : {})',
    noticedBy: 'set',
    weather: STEPS,
  },
  {
    name: 'stamps are lifted when an edit is heard of',
    file: 'register/log.js',
    from: 'number: count + 1,\n        stamp,',
    to: `number: count + 1,
        stamp: log.reduce((floor, one) => one.number <= (step ? step.saw : saw) && (one.stamp.ms > floor.ms || (one.stamp.ms === floor.ms && one.stamp.count >= floor.count)) ? { ...one.stamp, count: one.stamp.count + 1, system: author } : floor, stamp),`,
    noticedBy: 'latest',
    weather: STEPS,
  },
  {
    name: 'sums close on acknowledgement alone although somebody says what is there',
    file: 'register/close.js',
    from: 'isReset(edit) || edit.value === null',
    to: 'false',
    noticedBy: 'counted',
    weather: LATE,
  },
  {
    name: 'what is behind everything is not agreed on before the rest is weighed',
    file: 'register/above.js',
    from: 'for (let length = inOrder.length - 1; length > 0; length -= 1) {',
    to: 'for (let length = 0; length > 0; length -= 1) {',
    noticedBy: 'by-direction {"s1":"latest","else":"set"}',
    weather: LATE,
  },
  {
    name: 'what is held counts as agreed on',
    file: 'register/above.js',
    from: 'isHeld(answer) ? undefined :',
    to: '',
    noticedBy: 'bounded, hold',
    weather: STEPS,
  },
  {
    name: 'a system that set what stands is not told the sum',
    file: 'register/shows.js',
    from: 'policy.parts ? undefined : ownAbove(register, system)',
    to: 'ownAbove(register, system)',
    noticedBy: 'sum',
    weather: LATE,
  },
  {
    name: 'a part is told by nobody once it is closed',
    file: 'policy/sum.js',
    from: 'keptParts(stable?.kept)',
    to: '{}',
    noticedBy: 'sum',
    weather: LATE,
  },
  {
    name: 'who says what is there leaves what they do not name',
    file: 'policy/places.js',
    from: 'if (!isReset(own) || own.value !== null || isThere(solve(opens, stable, policy)(own.past)))',
    to: 'if (!isReset(own) || own.value !== null)',
    noticedBy: 'json {"then":"latest"}',
    weather: RULED,
  },
  {
    name: 'a removal ends an item that somebody changed without seeing it',
    file: 'policy/keyed.js',
    from: '!removals.some((removal) => sees(removal, open)));',
    to: 'removals.length === 0);',
    noticedBy: 'items, update-wins, which of them',
    weather: LATE,
  },
  {
    name: 'a removal ends what its author had not seen',
    file: 'policy/set.js',
    from: '!drops.some((drop) => sees(drop.open, open))',
    to: 'drops.length === 0',
    noticedBy: 'set',
    weather: LATE,
  },
];
