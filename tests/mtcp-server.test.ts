import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, type TestContext } from 'vitest';
import { serve } from './harness/mcc.js';
import { createMtcpLink, mtcpFlags, needProgram, OWN_ADDRESS } from './harness/mtcp.js';
import { start } from './harness/process.js';
import { tempDir } from './harness/temp.js';

/** `mcc serve` on the user-level stack; `ask` runs a program of the kernel's side to its end. */
async function serveTo(context: TestContext, program: string, flags: readonly string[] = []) {
  needProgram(context, program);
  const link = createMtcpLink(context);
  const listen = ['--listen', `${OWN_ADDRESS}:8080`];
  const server = await serve([...mtcpFlags(link.client), ...listen, ...flags], { prefix: link.client.prefix });
  const ask = (...args: string[]) => start([...link.server.prefix, program, ...args]).ended;
  return { server, ask, url: `http://${OWN_ADDRESS}:8080/` };
}

describe('the user-level stack serves programs of the kernel', () => {
  test('curl: GET, HEAD and a download of 100 MB', async (context) => {
    const content = randomBytes(100 * 1024 * 1024);
    const folder = tempDir();
    writeFileSync(join(folder, 'body'), content);
    const { ask, url } = await serveTo(context, 'curl', ['--http.body-file', join(folder, 'body')]);
    const got = join(folder, 'got');
    expect(await ask('-sS', '--fail', '-m', '25', '-o', got, url)).toMatchObject({ code: 0, stderr: '' });
    const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
    expect(digest(readFileSync(got))).toBe(digest(content));
    const head = await ask('-sS', '-I', '-m', '5', url);
    expect(head).toMatchObject({ code: 0, stderr: '' });
    expect(head.stdout).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head.stdout).toMatch(/content-length: 104857600\r\n/i);
  });

  test('curl: a short answer', async (context) => {
    const { ask, url } = await serveTo(context, 'curl', ['--http.body-size', '5k']);
    const { code, stdout, stderr } = await ask('-sS', '--fail', '-m', '5', url);
    expect({ code, stderr, length: stdout.length }).toEqual({ code: 0, stderr: '', length: 5120 });
  });

  test('wrk, on 50 connections', async (context) => {
    const { server, ask, url } = await serveTo(context, 'wrk');
    const { code, stdout } = await ask('-t', '1', '-c', '50', '-d', '1s', '--timeout', '5s', url);
    expect(code).toBe(0);
    expect(stdout).not.toMatch(/Socket errors|Non-2xx/);
    expect(Number(/(\d+) requests in/.exec(stdout)?.[1])).toBeGreaterThan(1000);
    server.kill('SIGINT');
    const end = await server.ended;
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toMatch(/^requests\s+\d+ answered, 0 failed/m);
  });

  test('h2load, by HTTP/1.1 on 50 connections', async (context) => {
    const { server, ask, url } = await serveTo(context, 'h2load');
    const { code, stdout } = await ask('--h1', '-t', '1', '-c', '50', '-n', '10000', url);
    expect(code).toBe(0);
    expect(stdout).toContain(
      'requests: 10000 total, 10000 started, 10000 done, 10000 succeeded, 0 failed, 0 errored, 0 timeout',
    );
    server.kill('SIGINT');
    const end = await server.ended;
    expect(end).toMatchObject({ code: 0, stderr: '' });
    expect(end.stdout).toMatch(/^connections\s+50 accepted/m);
    expect(end.stdout).toMatch(/^requests\s+10000 answered, 0 failed/m);
  });

  test('ping', async (context) => {
    const { ask } = await serveTo(context, 'ping');
    const { code, stdout } = await ask('-c', '3', '-i', '0.05', '-W', '2', OWN_ADDRESS);
    expect(code).toBe(0);
    expect(stdout).toContain(' 0% packet loss');
  });
});
