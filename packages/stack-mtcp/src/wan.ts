import { parseParts, parseShare, parseTime } from './parts.js';

/** Users who are some way off, as `--mtcp.wan` describes them. */
export interface WanClass {
  /** As it was given: its name in the report. */
  readonly name: string;
  /** Of all connections, from 0 to 1. */
  readonly share: number;
  readonly rttNs: number;
  /** Bits per second of each connection, each way; 0: as fast as the link. */
  readonly bandwidth: number;
  /** Probability from 0 to 1, each way. */
  readonly loss: number;
}

/** native/port/wan_classes.hpp has no room for more. */
const CLASSES_MAX = 64;

const READERS: Readonly<Record<string, (value: string, part: string) => Partial<WanClass>>> = {
  share: (value, part) => ({ share: parseShare(value, part) }),
  // TCP keeps round trips of up to 2 s.
  rtt: (value, part) => ({ rttNs: parseTime(value, part, 2) }),
  bandwidth: (value, part) => ({ bandwidth: parseBandwidth(value, part) }),
  loss: (value, part) => ({ loss: parseShare(value, part) }),
};

/** Reads `share=20%,rtt=80ms,bandwidth=10mbit,loss=0.5%`, …. Throws an Error whose message continues "--mtcp.wan …". */
export function parseWan(texts: readonly string[]): readonly WanClass[] {
  const classes = texts.map(parseClass);
  if (classes.length > CLASSES_MAX)
    throw new Error(`${classes.length} classes are too many: give at most ${CLASSES_MAX}`);
  const percent = Number((100 * classes.reduce((sum, { share }) => sum + share, 0)).toFixed(6));
  if (percent > 100) {
    throw new Error(
      `the shares add up to ${percent}%, which is more than all connections: lower them to 100% together`,
    );
  }
  return classes;
}

/** Names of the classes in the order of native/port/wan_port.hpp, which has what is near behind them. */
export function wanNames(classes: readonly WanClass[]): readonly string[] {
  return classes.length === 0 ? [] : [...classes.map(({ name }) => name), 'near'];
}

function parseClass(text: string): WanClass {
  const given = parseParts(text).reduce<Partial<WanClass>>((parts, { part, name, value }) => {
    if (Object.hasOwn(READERS, name)) return { ...parts, ...READERS[name]!(value, part) };
    throw new Error(`"${part}" is none of share=20%, rtt=80ms, bandwidth=10mbit and loss=0.5%`);
  }, {});
  const { share, rttNs } = given;
  if (share === undefined || rttNs === undefined) {
    throw new Error(
      `"${text}" lacks ${share === undefined ? 'its share, such as share=20%' : 'its rtt, such as rtt=80ms'}`,
    );
  }
  return { name: text, bandwidth: 0, loss: 0, ...given, share, rttNs };
}

const BANDWIDTH_UNITS: Readonly<Record<string, number>> = { k: 1e3, m: 1e6, g: 1e9 };
const BANDWIDTH_MAX = 100e9;

function parseBandwidth(value: string, part: string): number {
  const match = /^(\d+(?:\.\d+)?|\.\d+)([kmg])bit$/i.exec(value);
  const bits = match === null ? NaN : Math.round(Number(match[1]) * BANDWIDTH_UNITS[match[2]!.toLowerCase()]!);
  if (bits >= 1e3 && bits <= BANDWIDTH_MAX) return bits;
  throw new Error(`"${part}" is not a bandwidth from 1kbit to 100gbit, such as bandwidth=10mbit`);
}
