import { Worker } from 'node:worker_threads';

/** Asks a sidecar whether it lives, again and again, from a thread that nothing else keeps busy. */
export interface Pulse {
  /** The longest that an answer took so far, in ms, also of one that is still awaited; `undefined`: there was none yet. */
  longest(): number | undefined;
  stop(): Promise<void>;
}

const BEAT_MS = 20;
const CODE = `
  const { workerData: { url, told, beatMs } } = require('node:worker_threads');
  const http = require('node:http');
  const agent = new http.Agent({ keepAlive: true });
  const once = () => new Promise((resolve) => {
    const began = performance.now();
    const note = () => { told[0] = Math.max(told[0], performance.now() - began); told[1] += 1; };
    const watch = setInterval(() => { told[0] = Math.max(told[0], performance.now() - began); }, 100);
    const over = () => { clearInterval(watch); note(); resolve(); };
    http.get(url + '/livez', { agent }, (answer) => { answer.resume(); answer.on('end', over); answer.on('error', over); }).on('error', over);
  });
  (async () => { for (;;) { await once(); await new Promise((resolve) => setTimeout(resolve, beatMs)); } })();
`;

export function openPulse(url: string): Pulse {
  const told = new Float64Array(new SharedArrayBuffer(2 * Float64Array.BYTES_PER_ELEMENT));
  const worker = new Worker(CODE, { eval: true, execArgv: [], workerData: { url, told, beatMs: BEAT_MS } });
  return {
    longest: () => ((told[1] ?? 0) > 0 ? told[0] : undefined),
    async stop() {
      await worker.terminate();
    },
  };
}
