import type { ASTNode } from '@marcbachmann/cel-js';
import { suggest } from '../config/near.ts';
import { amountOf, whole } from './amount.ts';
import { typeOf } from './field-value.ts';
import { FUNCTIONS, METHODS, widen } from './functions.ts';
import { judgeList, judgeMacro, MACRO_NAMES } from './lists.ts';
import { judgeBinary } from './operators.ts';
import { excerpt, type Around, type Part, type Scope } from './part.ts';
import { strict } from './strict.ts';
import { common, EMPTY, DECIMAL, fault, INTEGER, isAmount, isFault, isNumber, tell, TEXT, UNKNOWN, YESNO } from './value.ts';
import type { Held, Type } from './value.ts';

/** Judges a node of the tree and everything beneath it. What no case names does not exist: there are no maps, no clock, no doubles. */
export function judge(node: ASTNode, around: Around): Part {
  const inner = (child: ASTNode): Part => around.judge(child, around);
  switch (node.op) {
    case 'value':
      return judgeLiteral(node, node.args, around);
    case 'id':
      return judgeName(node, node.args, around);
    case 'list':
      return judgeList(node, node.args.map(inner), around);
    case 'call':
      return judgeCall(node, node.args[0], node.args[1].map(inner), around);
    case 'rcall':
      return judgeMethod(node, node.args[0], inner(node.args[1]), node.args[2], around);
    case '?:':
      return judgeChoice(node, inner(node.args[0]), inner(node.args[1]), inner(node.args[2]), around);
    case '||':
    case '&&':
      return judgeLogic(node, inner(node.args[0]), inner(node.args[1]), node.op === '||', around);
    case '!_':
      return judgeNot(node, inner(node.args), around);
    case '-_':
      return judgeMinus(node, inner(node.args), around);
    case '==':
    case '!=':
    case 'in':
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '<':
    case '<=':
    case '>':
    case '>=':
      return judgeBinary(node.op, node, inner(node.args[0]), inner(node.args[1]), around);
    default:
      return around.wrong(node, `"${excerpt(node)}": fields have no parts, and there are no maps: write the field's name alone`);
  }
}

function judgeLiteral(node: ASTNode, value: unknown, around: Around): Part {
  if (value === null) return constant(node, EMPTY, null);
  if (typeof value === 'string') return constant(node, TEXT, value);
  if (typeof value === 'boolean') return constant(node, YESNO, value);
  if (typeof value === 'bigint') return constant(node, INTEGER, whole(value));
  // The parser made a double of it; the text says exactly what was meant.
  const amount =
    typeof value === 'number' ? amountOf(node.input.slice(node.start, node.end)) : fault('bytes and unsigned numbers do not exist');
  return isFault(amount)
    ? around.wrong(node, `"${excerpt(node)}": write a number such as 12.50, or a text in quotes`)
    : constant(node, DECIMAL, amount);
}

function constant(node: ASTNode, type: Type, value: Held): Part {
  return { node, type, run: () => value };
}

function judgeName(node: ASTNode, name: string, around: Around): Part {
  if (around.item?.name === name) return { node, type: around.item.type, run: (scope) => scope.item };
  const type = Object.hasOwn(around.fields, name) ? around.fields[name] : undefined;
  if (!type) return around.wrong(node, `there is no field "${name}". ${suggest(name, Object.keys(around.fields))}`);
  around.reads.add(name);
  return { node, type: typeOf(type), run: (scope) => scope.field(name) };
}

function judgeCall(node: ASTNode, name: string, args: readonly Part[], around: Around): Part {
  const spelling = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
  if (!spelling) return around.wrong(node, `there is no function "${name}". ${suggest(name, Object.keys(FUNCTIONS))}`);
  const part = spelling.judge(args, node, around);
  return part ? { ...part, node } : around.wrong(node, `"${excerpt(node)}": write ${spelling.usage}`);
}

function judgeMethod(node: ASTNode, name: string, on: Part, args: readonly ASTNode[], around: Around): Part {
  if (MACRO_NAMES.includes(name)) return judgeMacro(name, node, on, args, around);
  const spelling = Object.hasOwn(METHODS, name) ? METHODS[name] : undefined;
  if (!spelling) return around.wrong(node, `there is no function "${name}". ${suggest(name, [...Object.keys(METHODS), ...MACRO_NAMES])}`);
  const part = spelling.judge([on, ...args.map((arg) => around.judge(arg, around))], node, around);
  return part ? { ...part, node } : around.wrong(node, `"${excerpt(node)}": write ${spelling.usage}`);
}

function isCondition({ of, list }: Type): boolean {
  return (of === 'yesno' && !list) || of === 'unknown';
}

function judgeChoice(node: ASTNode, condition: Part, yes: Part, no: Part, around: Around): Part {
  if (!isCondition(condition.type)) return noCondition(condition, around);
  const type = common(yes.type, no.type);
  if (!type) return around.wrong(node, `"${excerpt(node)}" is ${tell(yes.type)} or ${tell(no.type)}: let both sides of ":" be of one type`);
  const run = (scope: Scope): Held => {
    const answer = condition.run(scope);
    return typeof answer === 'boolean' ? widen((answer ? yes : no).run(scope), type) : answer;
  };
  return { node, type, run };
}

/** A side that decides makes the other one irrelevant, even where that is empty or a fault; the order of the sides does not matter. */
function judgeLogic(node: ASTNode, left: Part, right: Part, decides: boolean, around: Around): Part {
  const odd = [left, right].find(({ type }) => !isCondition(type));
  if (odd) return noCondition(odd, around);
  const run = (scope: Scope): Held => {
    const a = left.run(scope);
    if (a === decides) return decides;
    const b = right.run(scope);
    if (b === decides) return decides;
    return isFault(a) ? a : isFault(b) ? b : a === null || b === null ? null : !decides;
  };
  return { node, type: YESNO, run };
}

function judgeNot(node: ASTNode, part: Part, around: Around): Part {
  if (!isCondition(part.type)) return noCondition(part, around);
  return { node, type: YESNO, run: (scope) => strict([part.run(scope)], (value) => value !== true) };
}

function noCondition(part: Part, around: Around): Part {
  return around.wrong(part.node, `"${excerpt(part.node)}" is ${tell(part.type)}, no condition: compare it with something`);
}

function judgeMinus(node: ASTNode, part: Part, around: Around): Part {
  if (part.type.of === 'unknown') return { node, type: UNKNOWN, run: () => null };
  if (!isNumber(part.type)) return around.wrong(node, `"${excerpt(node)}": "-" stands before numbers, not before ${tell(part.type)}`);
  return { node, type: part.type, run: (scope) => strict([part.run(scope)], negative) };
}

function negative(value: Held): Held {
  if (typeof value === 'bigint') return -value;
  return isAmount(value) && !value.isZero() ? value.negated() : value;
}
