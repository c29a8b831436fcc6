// @ts-check
// The behaviour as a program: plain data, run by the native engine. No JavaScript runs while the load does.

const text = new TextEncoder();

/** `PING`, a number that counts up on each connection, a newline; then one line is the reply. */
export function client() {
  /** @type {import('@mcc/core').Program} */
  const program = {
    role: 'client',
    messages: [
      {
        bytes: text.encode('PING 00000000\n'),
        patches: [{ kind: 'counter', offset: 5, width: 8, encoding: 'decimal' }],
      },
    ],
    steps: [
      { kind: 'send', message: 0 },
      { kind: 'expect', framing: { kind: 'delimiter', bytes: text.encode('\n') } },
      { kind: 'repeat', from: 0 },
    ],
  };
  return program;
}

/** One line is a request; the answer is always the same. */
export function server() {
  /** @type {import('@mcc/core').Program} */
  const program = {
    role: 'server',
    messages: [{ bytes: text.encode('PONG\n') }],
    steps: [
      { kind: 'expect', framing: { kind: 'delimiter', bytes: text.encode('\n') } },
      { kind: 'send', message: 0 },
      { kind: 'repeat', from: 0 },
    ],
  };
  return program;
}
