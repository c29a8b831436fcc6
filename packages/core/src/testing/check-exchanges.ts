import type { Program, Step } from '../contracts/program.js';

/** A fault of the step at `index`. */
export interface StepFault {
  readonly index: number;
  readonly why: string;
}

/**
 * What is wrong with how the steps of a program, each sound by itself, go together: requests that do not pair with
 * replies, waits before a reply, steps that are never reached, turns without end that take no time. As ProgramCheck of
 * @mcc/engine finds it.
 */
export function exchangeFaults(program: Program): StepFault[] {
  const { steps } = program;
  const pairing = program.role === 'client' ? pairReplies(program) : pairAnswers(steps);
  return [...unreachable(steps), ...pairing.faults, ...orderFaults(program, pairing.outstanding)];
}

interface Pairing {
  /** Before each step. A client's: sent and not yet replied to. A server's: read and not yet answered. */
  readonly outstanding: readonly number[];
  readonly faults: readonly StepFault[];
}

function unreachable(steps: readonly Step[]): StepFault[] {
  const last = steps.findIndex(
    (step) => step.kind === 'echo' || step.kind === 'handler' || (step.kind === 'repeat' && step.times === undefined),
  );
  return last < 0 || last === steps.length - 1 ? [] : [{ index: last + 1, why: 'can never be reached' }];
}

/** Replies pair with the messages of the last batch, first in first out. What is left of them needs no reply. */
function pairReplies({ steps, mixes }: Program): Pairing {
  const targets = new Set(steps.flatMap((step) => (step.kind === 'repeat' ? [step.from] : [])));
  const faults: StepFault[] = [];
  const repliesTo = new Map<number, number>();
  let batch = -1;
  let messages = 0;
  const namesReply = (step: Step | undefined): boolean =>
    step?.kind === 'sendOneOf' && (mixes?.[step.mix] ?? []).some(({ reply }) => reply !== undefined);
  steps.forEach((step, index) => {
    if (isSend(step)) {
      // A batch also ends where a repeat comes back to: each turn sends the same bytes.
      const joins = isSend(steps[index - 1]) && !targets.has(index);
      if (!joins) [batch, messages] = [index, 0];
      messages += 1;
    } else if (step.kind === 'expect') {
      const replies = (repliesTo.get(batch) ?? 0) + 1;
      repliesTo.set(batch, replies);
      if (replies > messages) faults.push({ index, why: 'expects a reply to nothing that was sent' });
      else if (step.framing.kind === 'none' && namesReply(steps[batch + replies - 1]))
        faults.push({ index, why: 'expects no reply to messages of which some name one' });
    }
  });
  let open = 0;
  const outstanding = steps.map(({ kind }, index) => {
    const before = open;
    open = repliesTo.get(index) ?? (kind === 'expect' ? open - 1 : open);
    return before;
  });
  return { outstanding, faults };
}

/** What was read since the last answer is answered by the next, if one comes before the steps turn back or close. */
function pairAnswers(steps: readonly Step[]): Pairing {
  let open = 0;
  const outstanding = steps.map(({ kind }, index) => {
    const before = open;
    if (kind === 'expect' && isAnswered(steps.slice(index + 1))) open += 1;
    if (kind === 'send' || kind === 'answer') open = 0;
    return before;
  });
  return { outstanding, faults: [] };
}

function isAnswered(rest: readonly Step[]): boolean {
  const next = rest.find(
    (step) => ['send', 'answer', 'repeat'].includes(step.kind) || (step.kind === 'close' && step.when === undefined),
  );
  return next?.kind === 'send' || next?.kind === 'answer';
}

function orderFaults({ role, steps }: Program, outstanding: readonly number[]): StepFault[] {
  return steps.flatMap((step, index) => {
    const faults: string[] = [];
    if (step.kind === 'repeat' && step.from < index) {
      if (outstanding[index] !== 0 || outstanding[step.from] !== 0) faults.push('repeats in the middle of an exchange');
      if (!steps.slice(step.from, index).some(takesTime)) faults.push('repeats what neither sends, expects nor waits');
    }
    if (step.kind === 'receive' && outstanding[index] !== 0) faults.push('receives in the middle of an exchange');
    if (step.kind === 'wait' && role === 'client' && outstanding[index] !== 0 && takesTime(step)) {
      faults.push('may not stand between a send and its reply');
    }
    if (step.kind === 'close' && outstanding[index] !== 0) {
      faults.push(role === 'server' ? 'closes before the request is answered' : 'closes before every reply is read');
    }
    return faults.map((why) => ({ index, why }));
  });
}

function isSend(step: Step | undefined): boolean {
  return step?.kind === 'send' || step?.kind === 'sendOneOf';
}

function takesTime(step: Step): boolean {
  if (step.kind !== 'wait') return isSend(step) || ['answer', 'expect', 'receive'].includes(step.kind);
  const { time } = step;
  switch (time.kind) {
    case 'constant':
      return time.ns > 0;
    case 'uniform':
      return time.maxNs > 0;
    case 'exponential':
      return time.meanNs > 0;
    case 'period':
      return true;
  }
}
