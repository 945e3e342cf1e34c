import type { FastifyRequest } from 'fastify';

/** Has something done for whoever asks, as long as they are there: the signal tells that they have gone. */
export async function whileThere<Answer>(
  { raw }: Pick<FastifyRequest, 'raw'>,
  work: (gone: AbortSignal) => Promise<Answer>,
): Promise<Answer> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  raw.socket.once('close', leave);
  try {
    return await work(leaving.signal);
  } finally {
    raw.socket.off('close', leave);
  }
}
