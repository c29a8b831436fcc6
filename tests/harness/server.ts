import { createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** A TCP server in this process that does to each connection what the test wants. Returns HOST:PORT. */
export async function startServer(serve: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The client may reset at any time: that is its affair.
    socket.on('error', () => undefined);
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (!address || typeof address !== 'object') throw new Error('the server has no address');
  return `127.0.0.1:${address.port}`;
}

/** Calls `answer` once per request on the connection; requests have no bodies. */
export function onRequest(socket: Socket, answer: () => void): void {
  let unread = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    const parts = (unread + text).split('\r\n\r\n');
    unread = parts.pop() ?? '';
    parts.forEach(() => answer());
  });
}
