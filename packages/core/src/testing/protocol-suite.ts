import { describe, expect, it } from 'vitest';
import { instantiate } from '../container.js';
import type { Plugin } from '../contracts/plugin.js';
import type { Program } from '../contracts/program.js';
import type { Protocol, Target } from '../contracts/protocol.js';
import { programFaults } from './check-program.js';
import { testPlugin } from './plugin-suite.js';

/** One way to use a protocol. */
export interface ProtocolCase {
  readonly title: string;
  /** As from YAML or the command line: they go through the plugin's schema. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly target?: Target;
  /** Whether the protocol is to serve with these options as well. */
  readonly serves?: boolean;
}

/** The conformance suite of protocol plugins: call it in a vitest file, with cases that cover the plugin's options. */
export function testProtocol(plugin: Plugin, cases: readonly ProtocolCase[]): void {
  describe(`protocol ${plugin.name}`, () => {
    testPlugin(plugin, 'protocol');

    describe.each(cases)('$title', ({ options = {}, target = { host: '198.18.0.1', port: 8080 }, serves = false }) => {
      const make = (): { protocol: Protocol; parsed: Record<string, unknown> } => {
        const parsed = plugin.options.parse(options);
        return { parsed, protocol: instantiate('protocol', plugin, parsed) };
      };

      it('registers a protocol of its name', () => {
        expect(make().protocol.name).toBe(plugin.name);
      });

      it('has options that reach the workers', () => {
        const { parsed } = make();
        expect(structuredClone(parsed)).toEqual(parsed);
      });

      it('makes a client program that can run', () => {
        const { protocol, parsed } = make();
        expectProgram(() => protocol.client(parsed, target), 'client', protocol, parsed);
      });

      if (serves) {
        it('makes a server program that can run', () => {
          const { protocol, parsed } = make();
          expect(protocol.server, 'server()').toBeTypeOf('function');
          expectProgram(() => protocol.server!(parsed), 'server', protocol, parsed);
        });
      }

      it('summarises any outcomes as plain JSON', () => {
        const { protocol } = make();
        for (const outcomes of [
          new Map<number, number>(),
          new Map([
            [200, 3],
            [1023, 1],
          ]),
        ]) {
          const summary = protocol.summarise?.(outcomes) ?? {};
          expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
        }
      });
    });
  });
}

function expectProgram(make: () => Program, role: Program['role'], protocol: Protocol, options: unknown): void {
  const program = make();
  expect(program.role).toBe(role);
  expect(programFaults(program)).toEqual([]);
  expect(structuredClone(program)).toEqual(program);
  expect(make(), 'the same program, made again').toEqual(program);
  if (program.steps.some((step) => step.kind === 'handler')) {
    expect(protocol.connection?.(options, role), 'connection()').toBeTypeOf('object');
  }
}
