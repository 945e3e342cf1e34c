import { compilePattern, type Pattern } from '../expression/pattern.ts';

/** What JSONata asks of a regular expression. */
interface Linear {
  lastIndex: number;
  exec(text: string): readonly (string | undefined)[] | null;
}

/**
 * Stands in for JavaScript's RegExp inside JSONata: a pattern such as `^(a+)+$` would search for longer than anybody lives, and nothing
 * stops it. The patterns were found to be RE2's when the transform was compiled.
 */
export const linearRegExp = new Proxy(RegExp, { construct: (_target, [pattern]: readonly RegExp[]) => open(pattern) });

const compiled = new WeakMap<RegExp, Pattern>();

function open(pattern: RegExp | undefined): Linear {
  const { program, refuses } = patternOf(pattern ?? /(?:)/u);
  const self: Linear = {
    lastIndex: 0,
    exec(text) {
      const refusal = refuses(text);
      if (refusal) throw new RangeError(refusal.fault);
      const matcher = program.matcher(text);
      if (self.lastIndex > text.length || !matcher.find(self.lastIndex)) return null;
      self.lastIndex = matcher.end();
      const groups = Array.from({ length: matcher.groupCount() + 1 }, (_, group) => matcher.group(group) ?? undefined);
      return Object.assign(groups, { index: matcher.start() });
    },
  };
  return self;
}

function patternOf(pattern: RegExp): Pattern {
  const before = compiled.get(pattern);
  if (before) return before;
  const now = compilePattern(pattern.source, pattern.flags);
  if ('wrong' in now) throw new RangeError(now.wrong);
  compiled.set(pattern, now);
  return now;
}
