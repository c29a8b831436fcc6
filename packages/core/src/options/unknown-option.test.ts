import { expect, it } from 'vitest';
import { z } from 'zod';
import { describeOptions } from './describe.js';
import { unknownLetter, unknownOption, type Elsewhere } from './unknown-option.js';
import { duration, list, text } from './schemas.js';

const own = [
  ...describeOptions(z.object({ conn: text(), stack: text().meta({ otherNames: ['network-stack'] }) })),
  ...describeOptions(z.object({ path: text(), header: list() }), 'http'),
];
const INSTALLED = [
  { kind: 'protocol', name: 'raw' },
  { kind: 'protocol', name: 'http' },
  { kind: 'stack', name: 'mtcp' },
  { kind: 'reporter', name: 'json' },
];
const run: Elsewhere = {
  command: 'run',
  specs: [
    ...describeOptions(z.object({ listen: list() })),
    ...describeOptions(z.object({ bodySize: text().meta({ only: 'serve' }) }), 'http'),
  ],
  chosen: ['http', 'quiet'],
  kinds: ['stack', 'protocol', 'reporter'],
  installed: () => INSTALLED,
};
const serve: Elsewhere = {
  ...run,
  command: 'serve',
  kinds: ['stack', 'protocol'],
  specs: describeOptions(z.object({ thinkTime: duration().meta({ alias: 't' }) }), 'http'),
};

const flag = (name: string) => ({ name, label: `--${name}`, dashes: '--' as const });

it.each<[string, Elsewhere | undefined, string]>([
  ['raw.heartbeat', run, '--raw.heartbeat belongs to --proto raw: add it'],
  ['mtcp.port', serve, '--mtcp.port belongs to --stack mtcp: add it'],
  ['json.out', run, '--json.out belongs to --reporter json: add it'],
  ['json.out', serve, 'unknown option --json.out: mcc serve has no reporter'],
  ['rwa.length', run, 'unknown option --rwa.length, did you mean --raw.length?'],
  ['htpt.path', undefined, 'unknown option --htpt.path, did you mean --http.path?'],
  ['quiet.x', run, 'unknown option --quiet.x: no chosen plugin named quiet has options'],
  ['mqtt.topic', run, 'unknown option --mqtt.topic: no chosen plugin named mqtt has options'],
  ['listen', run, 'unknown option --listen: it is one of mcc serve, not of mcc run'],
  ['http.body-size', run, 'unknown option --http.body-size: it is one of mcc serve, not of mcc run'],
  ['http.think-time', serve, 'unknown option --http.think-time: it is one of mcc run, not of mcc serve'],
  ['header', run, 'unknown option --header, did you mean --http.header?'],
  ['http.paht', run, 'unknown option --http.paht, did you mean --http.path?'],
  ['con', undefined, 'unknown option --con, did you mean --conn?'],
  ['banana', run, 'unknown option --banana'],
])('--%s', (name, elsewhere, sentence) => {
  expect(unknownOption(flag(name), own, elsewhere)).toMatchObject({ message: sentence, code: 'MCC_ERR_USAGE' });
});

it('speaks of a key in a file in the same way', () => {
  const written = { name: 'raw.length', label: 'raw.length in load.yaml', dashes: '' as const };
  expect(unknownOption(written, own, run).message).toBe('raw.length in load.yaml belongs to --proto raw: add it');
});

it.each<[string, Elsewhere | undefined, string]>([
  ['-t4', serve, 'unknown option -t4: it is --http.think-time, one of mcc run, not of mcc serve'],
  ['-conn', run, 'unknown option -conn, did you mean --conn?'],
  ['-x', undefined, 'unknown option -x'],
])('%s', (arg, elsewhere, sentence) => expect(unknownLetter(arg, own, elsewhere).message).toBe(sentence));
