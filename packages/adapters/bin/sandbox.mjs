// The inside of the sandbox: a thread that runs modules in QuickJS. It is plain JavaScript, because a thread begins with a file that can
// run as it is, from the sources as well as from a build.
import { workerData } from 'node:worker_threads';
import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten';

const { port, sent, limits } = workerData;

// QuickJS counts allocations, not bytes; what holds is the size of the memory that the whole of it lives in.
const PAGE_BYTES = 65_536;

/** What a realm has: the language, without Date, Proxy, typed arrays. Modules are evaluated through promises. */
const INTRINSICS = {
  BaseObjects: true,
  Eval: true,
  JSON: true,
  MapSet: true,
  Promise: true,
  RegExp: true,
  RegExpCompiler: true,
  StringNormalize: true,
};
const PRELUDE = 'delete Math.random; delete globalThis.Promise; delete globalThis.print; delete globalThis.console;';

let engine;

/** Whoever waits asleep is woken by the count of messages. */
function say(message) {
  port.postMessage(message);
  Atomics.add(sent, 0, 1);
  Atomics.notify(sent, 0);
}

async function openEngine() {
  const pages = Math.floor(limits.memoryBytes / PAGE_BYTES);
  const wasmMemory = new WebAssembly.Memory({ initial: pages, maximum: pages });
  return newQuickJSWASMModuleFromVariant(newVariant(RELEASE_SYNC, { wasmMemory }));
}

function runOne(source, input) {
  let ticks = 0;
  const runtime = engine.newRuntime();
  runtime.setMaxStackSize(limits.stackBytes);
  runtime.setInterruptHandler(() => {
    ticks += 1;
    return ticks > limits.fuel;
  });
  const context = runtime.newContext({ intrinsics: INTRINSICS });
  const handles = [];
  const keep = (handle) => {
    handles.push(handle);
    return handle;
  };
  const done = (result) => {
    if (result.error) throw new Stopped(context.dump(keep(result.error)), ticks > limits.fuel);
    return keep(result.value);
  };
  try {
    const json = keep(context.getProp(context.global, 'JSON'));
    // Taken before the module runs, which may put its own in their place.
    const [parse, stringify] = [keep(context.getProp(json, 'parse')), keep(context.getProp(json, 'stringify'))];
    done(context.evalCode(PRELUDE, 'prelude.js'));
    const space = done(context.evalCode(source, 'policy.js', { type: 'module' }));
    const decide = keep(context.getProp(space, 'default'));
    if (context.typeof(decide) !== 'function') return { kind: 'failed', words: 'has no "export default function decide(view)"' };
    const view = done(context.callFunction(parse, context.undefined, keep(context.newString(input))));
    const answer = done(context.callFunction(decide, context.undefined, view));
    const text = done(context.callFunction(stringify, context.undefined, answer));
    if (context.typeof(text) !== 'string') return { kind: 'failed', words: 'answers with nothing' };
    return { kind: 'answer', json: JSON.parse(context.getString(text)) };
  } catch (error) {
    return error instanceof Stopped ? error.told : { kind: 'exhausted', of: 'memory' };
  } finally {
    for (const handle of handles.toReversed()) if (handle.alive) handle.dispose();
    context.dispose();
    runtime.dispose();
  }
}

/** Carries what QuickJS threw out of `runOne`. */
class Stopped extends Error {
  constructor(thrown, isSpent) {
    super('stopped');
    const message = String(thrown?.message ?? thrown);
    if (isSpent) this.told = { kind: 'exhausted', of: 'fuel' };
    // Where there was no memory left even for the error, null is thrown.
    else if (thrown === null || (thrown?.name === 'InternalError' && message === 'out of memory'))
      this.told = { kind: 'exhausted', of: 'memory' };
    else if (thrown?.name === 'InternalError' && message === 'stack overflow') this.told = { kind: 'exhausted', of: 'stack' };
    else this.told = { kind: 'failed', words: `threw ${thrown?.name ?? 'something'}: ${message}`.slice(0, limits.wordsChars) };
  }
}

async function runAll({ source, inputs }) {
  for (const input of inputs) {
    let answer;
    try {
      engine ??= await openEngine();
      answer = runOne(source, input);
    } catch {
      answer = { kind: 'exhausted', of: 'memory' };
    }
    // Memory that was once full may be left in pieces: the next call begins with a whole one.
    if (answer.of === 'memory') engine = undefined;
    say(JSON.stringify(answer));
  }
}

engine = await openEngine();
port.on('message', runAll);
say('ready');
