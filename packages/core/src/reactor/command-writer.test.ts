import { describe, expect, it } from 'vitest';
import { COMMAND, RECORD_HEADER } from '../contracts/batch.js';
import { CommandWriter, RECORD_BYTES_MAX } from './command-writer.js';

function recorded(): { writer: CommandWriter; batches: Uint8Array[] } {
  const batches: Uint8Array[] = [];
  return { batches, writer: new CommandWriter((commands, length) => void batches.push(commands.slice(0, length))) };
}

describe('CommandWriter', () => {
  it('lays out records as the native side reads them', () => {
    const { writer, batches } = recorded();
    writer.write(COMMAND.request, 0, 7, 0x01020304, Uint8Array.of(0xaa, 0xbb, 0xcc));
    writer.write(COMMAND.fail, 17, 0xffffffff, 1);
    writer.flush();
    // prettier-ignore
    expect([...batches[0]!.subarray(0, 19)]).toEqual([
      17, 0, 0, 0, 7, 0, 0, 0, 4, 3, 2, 1, 3, 0, 0, 0, 0xaa, 0xbb, 0xcc,
    ]);
    // prettier-ignore
    expect([...batches[0]!.subarray(24)]).toEqual([
      19, 0, 17, 0, 255, 255, 255, 255, 1, 0, 0, 0, 0, 0, 0, 0,
    ]);
  });

  it('hands over nothing when nothing was written', () => {
    const { writer, batches } = recorded();
    writer.flush();
    writer.write(COMMAND.close, 0, 1, 1);
    writer.flush();
    writer.flush();
    expect(batches).toHaveLength(1);
  });

  it('hands over what it has when it is full, and loses nothing', () => {
    const { writer, batches } = recorded();
    const payload = new Uint8Array(1000);
    for (let slot = 0; slot < 2000; slot++) writer.write(COMMAND.send, 0, slot, 1, payload);
    writer.flush();
    expect(batches.length).toBeGreaterThan(1);
    const slots = batches.flatMap((batch) => {
      const view = new DataView(batch.buffer);
      return Array.from({ length: batch.length / (RECORD_HEADER + 1000) }, (_, i) =>
        view.getUint32(i * (RECORD_HEADER + 1000) + 4, true),
      );
    });
    expect(slots).toEqual(Array.from({ length: 2000 }, (_, slot) => slot));
  });

  it('grows for one large record, up to its bound', () => {
    const { writer, batches } = recorded();
    writer.write(COMMAND.send, 0, 0, 1, new Uint8Array(1_000_000).fill(9));
    writer.flush();
    expect(batches[0]?.[RECORD_HEADER + 999_999]).toBe(9);
    expect(() => writer.write(COMMAND.send, 0, 0, 1, new Uint8Array(RECORD_BYTES_MAX))).toThrow(RangeError);
  });
});
