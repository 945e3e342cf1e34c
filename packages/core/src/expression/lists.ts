import type { ASTNode } from '@marcbachmann/cel-js';
import { excerpt, type Around, type Part, type Scope } from './part.ts';
import { isFault, isList, UNKNOWN, YESNO, type Held, type Item } from './value.ts';

type Member = Item | null;
type Members = readonly Member[];

/** What CEL calls macros: each looks at every member of a list in turn. */
const MACROS: Readonly<Record<string, (members: Members, look: (member: Member) => Held) => Held>> = {
  exists: (members, look) => some(members, look, true),
  all: (members, look) => some(members, look, false),
  exists_one: (members, look) => {
    const answers = members.map(look);
    return answers.find(isFault) ?? answers.filter((answer) => answer === true).length === 1;
  },
  filter: (members, look) => {
    const answers = members.map(look);
    return answers.find(isFault) ?? members.filter((_member, index) => answers[index] === true);
  },
  map: (members, look) => {
    const answers = members.map(look);
    return answers.find(isFault) ?? answers.filter(isMember);
  },
};

export const MACRO_NAMES = Object.keys(MACROS);

/** `list.exists(x, x.startsWith('A'))` and its kin. They do not nest: each level would multiply the work by the length of a list. */
export function judgeMacro(name: string, node: ASTNode, list: Part, args: readonly ASTNode[], around: Around): Part {
  const [variable, body, ...more] = args;
  const run = MACROS[name];
  if (!run || variable?.op !== 'id' || !body || more.length > 0)
    return around.wrong(node, `"${excerpt(node)}": write list.${name}(x, …), with a condition on x`);
  if (around.item) return around.wrong(node, `"${excerpt(node)}": exists, all, filter and map cannot stand in one another`);
  if (!list.type.list && list.type.of !== 'unknown') return around.wrong(node, `"${excerpt(node)}": "${excerpt(list.node)}" is no list`);
  const item = { name: variable.args, type: { ...list.type, list: false } };
  const look = around.judge(body, { ...around, item });
  const isFit = name === 'map' ? !look.type.list : look.type.of === 'yesno' && !look.type.list;
  if (!isFit && look.type.of !== 'unknown')
    return around.wrong(body, `"${excerpt(body)}": ${name} takes ${name === 'map' ? 'one value' : 'a condition'} for each member`);
  const type = name === 'map' ? { ...look.type, list: true } : name === 'filter' ? list.type : YESNO;
  return { node, type, run: (scope) => over(list.run(scope), (members) => run(members, (member) => look.run(inside(scope, member)))) };
}

function inside(scope: Scope, item: Member): Scope {
  return { field: scope.field, item };
}

function over(list: Held, work: (members: Members) => Held): Held {
  if (list === null || isFault(list)) return list;
  return isList(list) ? work(list) : null;
}

/** One member may decide, whatever the others are; where none does, a fault or an empty answer among them is the answer. */
function some(members: Members, look: (member: Member) => Held, decides: boolean): Held {
  const answers = members.map(look);
  if (answers.includes(decides)) return decides;
  return answers.find(isFault) ?? (answers.includes(null) ? null : !decides);
}

function isMember(value: Held): value is Member {
  return !isList(value) && !isFault(value);
}

export function judgeList(node: ASTNode, parts: readonly Part[], around: Around): Part {
  const [first, ...rest] = parts;
  if (!first) return { node, type: { of: 'empty', list: true }, run: () => [] };
  const odd = parts.find((part) => part.type.list) ?? rest.find((part) => !isAlike(first, part));
  if (odd) return around.wrong(odd.node, `"${excerpt(odd.node)}": the members of a list are single values of one type`);
  if (parts.some((part) => part.type.of === 'unknown')) return { node, type: UNKNOWN, run: () => null };
  const typed = parts.find((part) => part.type.of !== 'empty') ?? first;
  const run = (scope: Scope): Held => {
    const values = parts.map((part) => part.run(scope));
    return values.find(isFault) ?? values.filter(isMember);
  };
  return { node, type: { ...typed.type, list: true }, run };
}

function isAlike(a: Part, b: Part): boolean {
  return [a.type.of, b.type.of].some((of) => of === 'unknown' || of === 'empty') || a.type.of === b.type.of;
}
