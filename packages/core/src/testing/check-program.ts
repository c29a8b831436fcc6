import type { Message, Program, Step } from '../contracts/program.js';

/** What is wrong with a program, one sentence each, as an engine would say it when it is loaded. Empty: nothing. */
export function programFaults(program: Program): string[] {
  return [
    ...(program.steps.length === 0 ? ['the program has no steps'] : []),
    ...program.messages.flatMap((message, index) => messageFaults(message, `message ${index}`)),
    ...program.steps.flatMap((step, index) =>
      stepFaults(program, step, index).map((why) => `step ${index} (${step.kind}) ${why}`),
    ),
    ...(program.steps.filter((step) => step.kind === 'repeat' && step.times !== undefined).length > 1
      ? ['the program has more than one finite repeat']
      : []),
  ];
}

const WIDTHS = { big: [1, 2, 4, 8], little: [1, 2, 4, 8], decimal: upTo(20), hex: upTo(16) } as const;

function messageFaults({ bytes, patches = [] }: Message, name: string): string[] {
  const faults: string[] = [];
  if (bytes.length === 0) faults.push(`${name} is empty`);
  let free = 0;
  for (const { kind, offset, width, encoding = 'big' } of patches.toSorted((a, b) => a.offset - b.offset)) {
    if (!(WIDTHS[encoding] as readonly number[]).includes(width))
      faults.push(`${name} has a ${kind} of ${width} in ${encoding}`);
    if (offset < 0 || offset + width > bytes.length) faults.push(`${name} has a ${kind} outside of its bytes`);
    if (offset < free) faults.push(`${name} has patches that overlap`);
    free = offset + width;
  }
  return faults;
}

function stepFaults(program: Program, step: Step, index: number): string[] {
  const faults: string[] = [];
  const known = (message: number): boolean => program.messages[message] !== undefined;
  switch (step.kind) {
    case 'send':
      if (!known(step.message)) faults.push(`sends message ${step.message}, which there is not`);
      break;
    case 'answer':
      if (step.messages.length !== 4) faults.push('needs four messages');
      if (!step.messages.every(known)) faults.push('names a message that there is not');
      if (program.role !== 'server') faults.push('is for servers only');
      break;
    case 'repeat':
      if (!(step.from >= 0 && step.from < index)) faults.push(`goes to ${step.from}, which is not before it`);
      if (step.times !== undefined && !(step.times >= 1)) faults.push('repeats less than once');
      break;
    case 'expect':
      faults.push(...framingFaults(step.framing));
      break;
    case 'echo':
      if (program.role !== 'server') faults.push('is for servers only');
      break;
    case 'close':
      if (step.when === 'last' && program.role !== 'server') faults.push("has 'last', which is for servers only");
  }
  if ((step.kind === 'echo' || step.kind === 'handler') && index < program.steps.length - 1)
    faults.push('is not the last');
  return faults;
}

function framingFaults(framing: Extract<Step, { kind: 'expect' }>['framing']): string[] {
  if (framing.kind === 'fixed' && !(framing.bytes >= 1)) return ['wants a fixed reply of no bytes'];
  if (framing.kind === 'delimiter' && !upTo(16).includes(framing.bytes.length))
    return ['needs a delimiter of 1 to 16 bytes'];
  if (framing.kind === 'http1' && framing.expectSha256 !== undefined && framing.expectSha256.length !== 32) {
    return ['needs a SHA-256 of 32 bytes'];
  }
  return [];
}

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1);
}
