import type { Alternative, Framing, Http1Framing, Program, Step, Wait } from '../contracts/program.js';
import { classFaults, sendClassFaults } from './check-classes.js';
import { exchangeFaults } from './check-exchanges.js';
import { messageFaults, tableFaults } from './check-messages.js';

/** Messages of a mix. */
const MIX_MAX = 65_536;

type LengthPrefixed = Extract<Framing, { kind: 'length-prefixed' }>;

/** What is wrong with a program, one sentence each: an engine refuses it for the same. Empty: nothing. */
export function programFaults(program: Program): string[] {
  const sentence = (index: number, why: string): string => `step ${index} (${program.steps[index]!.kind}) ${why}`;
  return [
    ...(program.steps.length === 0 ? ['the program has no steps'] : []),
    ...classFaults(program),
    ...connectionFaults(program),
    ...(program.tables ?? []).flatMap((table, index) => tableFaults(table, `table ${index}`)),
    ...program.messages.flatMap((message, index) => messageFaults(program, message, `message ${index}`)),
    ...program.steps.flatMap((step, index) => stepFaults(program, step, index).map((why) => sentence(index, why))),
    ...exchangeFaults(program).map(({ index, why }) => sentence(index, why)),
    ...(program.steps.filter((step) => step.kind === 'repeat' && step.times !== undefined).length > 1
      ? ['the program has more than one finite repeat']
      : []),
  ];
}

function connectionFaults({ priorities = 1, classes = [], reconnect }: Program): string[] {
  const backwards = typeof reconnect === 'object' && reconnect.minNs > reconnect.maxNs;
  return [
    ...(upTo(8).includes(priorities) ? [] : ['the program has no priorities, or more than 8']),
    ...(priorities > 1 && classes.length !== priorities
      ? ['the program has another number of classes than of priorities']
      : []),
    ...(backwards ? ['the program waits at least longer than at most before it connects again'] : []),
  ];
}

function stepFaults(program: Program, step: Step, index: number): string[] {
  const faults: string[] = [];
  const known = (message: number): boolean => program.messages[message] !== undefined;
  switch (step.kind) {
    case 'send':
      if (!known(step.message)) faults.push(`sends message ${step.message}, which there is not`);
      faults.push(...sendClassFaults(step.class, program));
      break;
    case 'sendOneOf':
      if (program.role !== 'client') faults.push('is for clients only');
      faults.push(...mixFaults(program.mixes?.[step.mix], program));
      break;
    case 'answer':
      if (step.messages.length !== 4) faults.push('needs four messages');
      if (!step.messages.every(known)) faults.push('names a message that there is not');
      if (program.role !== 'server') faults.push('is for servers only');
      if (!followsHttp1(program.steps, index)) faults.push('has no http1 expect before it');
      break;
    case 'repeat':
      if (!(step.from >= 0 && step.from < index)) faults.push(`goes to ${step.from}, which is not before it`);
      if (step.times !== undefined && !(step.times >= 1)) faults.push('repeats less than once');
      break;
    case 'expect':
      faults.push(...framingFaults(step.framing, program.role));
      break;
    case 'receive':
      if (program.role !== 'client') faults.push('is for clients only');
      if (step.framing.kind === 'none') faults.push('needs a framing');
      if ((step.sentAt ?? 0) > 65_000) faults.push('looks for the time of sending beyond 65,000 bytes');
      faults.push(...framingFaults(step.framing, program.role));
      break;
    case 'wait':
      faults.push(...waitFaults(step.time));
      break;
    case 'echo':
      if (program.role !== 'server') faults.push('is for servers only');
      break;
    case 'close':
      if (step.when !== 'last') break;
      if (program.role !== 'server') faults.push("has 'last', which is for servers only");
      if (!followsHttp1(program.steps, index)) faults.push("has 'last' and no http1 expect before it");
  }
  return faults;
}

function mixFaults(mix: readonly Alternative[] | undefined, program: Program): string[] {
  if (mix === undefined) return ['sends one of a mix that there is not'];
  const weights = mix.map(({ weight = 1 }) => weight);
  return [
    ...(mix.length > MIX_MAX ? [`chooses among more than ${MIX_MAX} messages`] : []),
    ...(weights.every((weight) => weight === 0) ? ['chooses among messages without a weight'] : []),
    ...(weights.every(isWord) ? [] : ['has a weight that is not a whole number below 2^32']),
    ...mix.flatMap(({ message, class: index, reply }) => [
      ...(program.messages[message] === undefined ? [`sends message ${message}, which there is not`] : []),
      ...sendClassFaults(index, program),
      ...(reply?.kind === 'none' ? ['has a message with a reply of none'] : []),
      ...(reply === undefined ? [] : framingFaults(reply, program.role)),
    ]),
  ];
}

/** Whether the nearest expect before step `index` reads HTTP. */
function followsHttp1(steps: readonly Step[], index: number): boolean {
  const before = steps.slice(0, index).findLast((step) => step.kind === 'expect');
  return before?.framing.kind === 'http1';
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function waitFaults(time: Wait): string[] {
  if (time.kind === 'uniform' && time.minNs > time.maxNs) return ['waits at least longer than at most'];
  if (time.kind !== 'period') return [];
  const { ns, share = 1, burst = 1 } = time;
  return [
    ...(ns === 0 ? ['has a period of no time'] : []),
    ...(share > 0 && share <= 1 ? [] : ['has a share that is not above 0 and up to 1']),
    ...(burst >= 1 ? [] : ['has bursts of nothing']),
  ];
}

function framingFaults(framing: Framing, role: Program['role']): string[] {
  switch (framing.kind) {
    case 'none':
      return role === 'server' ? ['expects a request without a framing'] : [];
    case 'fixed':
      if (framing.bytes > 2 ** 32 - 1) return ['wants a fixed reply of 4 GiB or more'];
      return framing.bytes >= 1 ? [] : ['wants a fixed reply of no bytes'];
    case 'delimiter':
      return upTo(16).includes(framing.bytes.length) ? [] : ['needs a delimiter of 1 to 16 bytes'];
    case 'length-prefixed':
      return lengthFaults(framing);
    case 'http1':
      return role === 'server' ? requestFaults(framing) : responseFaults(framing);
    case 'any':
      return [];
  }
}

function lengthFaults({ width, endian = 'big', adjust = 0 }: LengthPrefixed): string[] {
  return [
    ...([1, 2, 3, 4, 8, 'varint'].includes(width) ? [] : ['has a length field of an impossible width']),
    ...(['big', 'little'].includes(endian) ? [] : ['has a length field of an unknown endian']),
    ...(Number.isInteger(adjust) && Math.abs(adjust) <= 2 ** 53 ? [] : ['adjusts a length by what is not whole']),
  ];
}

function requestFaults({ head, expectSha256 }: Http1Framing): string[] {
  return head || expectSha256 ? ['sets head or expectSha256, which are for responses'] : [];
}

function responseFaults({ head, expectStatus = [[200, 399]], expectSha256 }: Http1Framing): string[] {
  const isRange = ([from, to]: readonly [number, number]): boolean => from >= 100 && to <= 999 && from <= to;
  return [
    ...(expectSha256 && expectSha256.length !== 32 ? ['needs a SHA-256 of 32 bytes'] : []),
    ...(head && expectSha256 ? ['expects a body in the response to HEAD'] : []),
    ...(expectStatus.length > 0 && expectStatus.every(isRange) ? [] : ['needs ranges of statuses within 100-999']),
  ];
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
