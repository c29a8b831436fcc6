import { count, duration, list, size, text, z } from '@mcc/core';
import { parseAddress, parsePool, parseSubnet } from './address.js';
import { parseFaults } from './faults.js';
import { parseMac } from './mac.js';
import { parsePortName } from './port-name.js';
import { parseWan } from './wan.js';

/** IPv4's smallest MTU that every host must take (RFC 791), and the largest frame that a packet buffer is made for. */
const MTU_MIN = 576;
const MTU_MAX = 9000;
const VLAN_MAX = 4094;
const MS_NS = 1_000_000;
const S_NS = 1_000_000_000;
const DAY_NS = 86_400 * S_NS;
const MIB = 1024 ** 2;

const POOL = 'is not a pool: addresses, prefixes and ranges such as 198.18.0.1,198.18.64.0/18,198.18.1.1-198.18.1.9';

export const mtcpOptions = z.object({
  port: list()
    .transform((names, context) => names.map((name) => attempt(context, name, () => parsePortName(name))))
    .prefault([])
    .describe(
      'device to run on: memif:/path/to.sock, af_packet:IFACE, af_xdp:IFACE, tap:NAME, pci:0000:03:00.0 or vdev:…; ' +
        'repeatable, one for each worker',
    )
    .meta({ placeholder: 'KIND:ARG' }),
  address: list()
    .transform((parts, context) => read(context, parts.join(','), parsePool, POOL))
    .optional()
    .describe('addresses that the stack speaks from')
    .meta({ placeholder: 'ADDR[/LEN][-ADDR][,…]' }),
  subnet: text()
    .transform((value, context) => read(context, value, parseSubnet, 'is not a subnet, such as 198.18.0.0/16'))
    .optional()
    .describe('what is on the link; default: everything, or with a gateway nothing')
    .meta({ placeholder: 'ADDR/LEN' }),
  gateway: text()
    .transform((value, context) => read(context, value, parseAddress, 'is not an IPv4 address'))
    .optional()
    .describe('next hop to what is not on the link')
    .meta({ placeholder: 'ADDR', verbatim: true }),
  neighbour: list()
    .transform((entries, context) =>
      entries.map((entry) =>
        read(context, entry, parseNeighbour, 'is not ADDR=MAC, such as 198.18.0.1=02:00:00:00:00:01'),
      ),
    )
    .prefault([])
    .describe('neighbour that is not asked for by ARP; repeatable')
    .meta({ placeholder: 'ADDR=MAC' }),
  mac: text()
    .transform((value, context) => read(context, value, parseMac, 'is not a MAC address, such as 02:00:00:00:00:01'))
    .optional()
    .describe("own hardware address; default: the interface's, or one made of the first address")
    .meta({ placeholder: 'MAC' }),
  mtu: count({ min: MTU_MIN, max: MTU_MAX })
    .optional()
    .describe("largest IP packet; default: the interface's, or 1500"),
  vlan: count({ min: 1, max: VLAN_MAX }).optional().describe('VLAN that the stack is in').meta({ placeholder: 'ID' }),
  checksum: z.enum(['auto', 'software']).default('auto').describe("auto: checksums are the device's work where it can"),
  timeWait: duration({ max: 240 * S_NS })
    .prefault('1s')
    .describe('how long a connection that we closed rests before its ports are used again'),
  rtoMin: duration({ min: MS_NS, max: 60 * S_NS })
    .prefault('200ms')
    .describe('shortest retransmission time-out'),
  keepalive: duration({ max: DAY_NS })
    .refine((ns) => ns === 0 || ns >= S_NS, 'is too short: at least 1s, or 0 for none')
    .prefault('0')
    .describe('how long a connection may be idle before its peer is asked whether it is still there; 0: for ever'),
  keepaliveInterval: duration({ min: S_NS, max: DAY_NS })
    .prefault('75s')
    .describe('time between such probes, as long as none is answered'),
  keepaliveProbes: count({ min: 2, max: 255 })
    .prefault(9)
    .describe('probes without an answer after which the connection has failed'),
  congestion: z.enum(['newreno', 'cubic']).default('cubic').describe('congestion control'),
  ports: text()
    .transform((value, context) => read(context, value, parsePorts, 'is not a range of ports, such as 1024-65535'))
    .prefault('1024-65535')
    .describe('local ports to connect from')
    .meta({ placeholder: 'FIRST-LAST', only: 'run' }),
  fault: text()
    .transform((value, context) => attempt(context, value, () => parseFaults(value)))
    .optional()
    .describe('faults of the path, each way: drop=1%,dup=1%,reorder=1%,corrupt=1%,delay=10ms,jitter=1ms')
    .meta({ placeholder: 'LIST' }),
  wan: list()
    .transform((classes, context) => attempt(context, classes.join(' '), () => parseWan(classes)))
    .prefault([])
    .describe(
      'connections that behave as distant users do: share=20%,rtt=80ms,bandwidth=10mbit,loss=0.5%; repeatable; the rest is near',
    )
    .meta({ placeholder: 'LIST', only: 'run' }),
  pcap: text().optional().describe('capture every frame to this file').meta({ placeholder: 'FILE' }),
  huge: z.enum(['auto', 'on', 'off']).default('auto').describe('hugepages for packets; auto: where enough are free'),
  memory: size({ min: 8 * MIB, max: 2 ** 40 })
    .optional()
    .describe(
      'memory for packets, and as much again for copies of what was sent and not yet acknowledged; default: 64 MB of each ' +
        'for each worker',
    ),
  eal: text().optional().describe("further arguments to DPDK's EAL, separated by spaces").meta({ placeholder: 'ARGS' }),
});

export type MtcpOptions = Readonly<z.output<typeof mtcpOptions>>;

function parseNeighbour(value: string): readonly [address: number, mac: readonly number[]] | undefined {
  const [left = '', right = '', ...rest] = value.split('=');
  const address = parseAddress(left);
  const mac = parseMac(right);
  return address === undefined || mac === undefined || rest.length > 0 ? undefined : [address, mac];
}

function parsePorts(value: string): readonly [first: number, last: number] | undefined {
  const match = /^(\d{1,5})-(\d{1,5})$/.exec(value);
  const first = Number(match?.[1]);
  const last = Number(match?.[2]);
  return first >= 1 && first <= last && last <= 65535 ? [first, last] : undefined;
}

/** What `parse` makes of the text; where that is undefined, a sentence. */
function read<T>(context: z.RefinementCtx, value: string, parse: (value: string) => T | undefined, problem: string): T {
  const result = parse(value);
  if (result !== undefined) return result;
  context.addIssue({ code: 'custom', input: value, message: `"${value}" ${problem}` });
  return z.NEVER;
}

/** The same for a parser that throws its sentence. */
function attempt<T>(context: z.RefinementCtx, value: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    context.addIssue({ code: 'custom', input: value, message: (error as Error).message });
    return z.NEVER;
  }
}
