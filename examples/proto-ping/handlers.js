// @ts-check
// The same behaviour through the escape hatch, for protocols that cannot be declared: events come in, commands go out.

const NEWLINE = 10;
const text = new TextEncoder();
const PING = text.encode('PING 00000000\n');
const PONG = text.encode('PONG\n');

/** How many of the bytes end a line. A line may come in pieces: only its end matters here. */
function linesIn(/** @type {Uint8Array} */ bytes, /** @type {number} */ start, /** @type {number} */ end) {
  let lines = 0;
  for (let at = start; at < end; at += 1) if (bytes[at] === NEWLINE) lines += 1;
  return lines;
}

/** @returns {import('@mcc/core').ConnectionHandlers} */
export function connection(/** @type {'client' | 'server'} */ role) {
  if (role === 'server') {
    return {
      data(connection, bytes, start, end) {
        for (let line = linesIn(bytes, start, end); line > 0; line -= 1) connection.send(PONG);
      },
    };
  }
  return {
    open(connection) {
      connection.request(PING);
    },
    data(connection, bytes, start, end) {
      if (linesIn(bytes, start, end) === 0) return;
      connection.complete();
      if (connection.draining) connection.close();
      else connection.request(PING);
    },
  };
}
