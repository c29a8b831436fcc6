import { describe, expect, it } from 'vitest';
import { list } from './schemas.js';
import { parseStage, stagesWithin } from './stage.js';

describe('parseStage', () => {
  it.each([
    ['30s:10k', { durationNs: 30e9, rate: 10_000 }],
    ['0s:50k', { durationNs: 0, rate: 50_000 }],
    ['0:0', { durationNs: 0, rate: 0 }],
    ['1m:0.5', { durationNs: 60e9, rate: 0.5 }],
    ['30s:conn=10k', { durationNs: 30e9, connections: 10_000 }],
    ['500ms:conn=0', { durationNs: 500e6, connections: 0 }],
  ])('reads %s', (text, stage) => expect(parseStage(text)).toEqual(stage));

  it.each(['', '30s', '30s:', ':10k', '30s:10k:5', '30x:10k', '30s:fast', '30s:conn=', '30s:conn=1.5', '30s:users=5'])(
    'refuses "%s"',
    (text) => expect(parseStage(text)).toBeUndefined(),
  );
});

describe('stagesWithin', () => {
  const schema = list().transform(stagesWithin({ durationNs: 3_600e9, rate: 1e6 }));

  it('reads one stage or several, in their order', () => {
    expect(schema.parse('1s:5')).toEqual([{ durationNs: 1e9, rate: 5 }]);
    expect(schema.parse(['1s:5', '0:9'])).toEqual([
      { durationNs: 1e9, rate: 5 },
      { durationNs: 0, rate: 9 },
    ]);
  });

  it.each([
    ['10k', '"10k" is not a stage: use TIME:RATE or TIME:conn=N, such as 30s:10k or 1m:conn=500'],
    ['2h:10k', '"2h:10k" lasts too long: at most 1h'],
    ['1s:2m', '"1s:2m" is too fast: at most 1m requests per second'],
  ])('says what is wrong with %s', (text, sentence) => {
    expect(schema.safeParse(['1s:1', text]).error?.issues.map((issue) => issue.message)).toEqual([sentence]);
  });
});
