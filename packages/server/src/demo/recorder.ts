import { createServer, type IncomingMessage } from 'node:http';

/** A hook message as a system sent it. */
export interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Takes hook messages and keeps them, so that they can be sent again. */
export interface Recorder {
  readonly url: string;
  readonly messages: readonly Message[];
  close(): Promise<void>;
}

const MESSAGES_MAX = 1_000;
const HOST = '127.0.0.1';

export function openRecorder(): Promise<Recorder> {
  const messages: Message[] = [];
  const take = async (request: IncomingMessage): Promise<void> => {
    const body = await textOf(request);
    if (messages.length < MESSAGES_MAX) messages.push({ path: request.url ?? '/', headers: headersOf(request), body });
  };
  // A message that breaks off is not answered: its sender is gone.
  const server = createServer(
    (request, response) =>
      void take(request).then(
        () => response.end(),
        () => response.destroy(),
      ),
  );
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return new Promise((resolve) => {
    server.listen(0, HOST, () => {
      const address = server.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      resolve({ url: `http://${HOST}:${port}`, messages, close });
    });
  });
}

/** Only what the system said, not what the connection needed. */
function headersOf(request: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(request.headers).flatMap(([name, value]) => (/^(x-ms-|content-type)/.test(name) ? [[name, String(value)]] : [])),
  );
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) if (Buffer.isBuffer(piece)) pieces.push(piece);
  return Buffer.concat(pieces).toString('utf8');
}
