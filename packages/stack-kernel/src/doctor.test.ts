import { MccError } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { doctor } from './doctor.js';

const settings: Record<string, string> = {
  'net.ipv4.ip_local_port_range': '1024 65535',
  'net.core.somaxconn': '4096',
  'net.ipv4.tcp_max_syn_backlog': '512',
  'kernel.io_uring_disabled': '2',
};
const read = (name: string) => settings[name];
const machine = (uring: string | null) => () => ({
  raiseFileLimit: (wanted: number) => ({ soft: wanted, hard: wanted }),
  tryUring: () => uring,
  hasDirectDescriptors: () => uring === '',
});
const finding = (findings: ReturnType<typeof doctor>, subject: string) =>
  findings.find((finding) => finding.subject === subject);

describe('doctor', () => {
  it('finds nothing missing on a machine that has everything', () => {
    const findings = doctor(machine(''), read);
    expect(findings.filter(({ status }) => status === 'missing')).toEqual([]);
    expect(finding(findings, 'io_uring')).toMatchObject({ status: 'ok' });
    expect(finding(findings, 'local ports')).toMatchObject({
      status: 'ok',
      detail: expect.stringContaining('64,512') as string,
    });
    expect(finding(findings, 'net.core.somaxconn')).toMatchObject({ status: 'ok' });
    expect(finding(findings, 'net.ipv4.tcp_max_syn_backlog')).toMatchObject({
      status: 'note',
      remedy: 'sudo sysctl -w net.ipv4.tcp_max_syn_backlog=4096',
    });
    expect(finding(findings, 'conntrack')).toBeUndefined();
  });

  it('says what to type for more files', () => {
    const limited = (uring: string | null) => () => ({
      ...machine(uring)(),
      raiseFileLimit: () => ({ soft: 20_000, hard: 20_000 }),
    });
    expect(finding(doctor(limited(null), read), 'open files')).toMatchObject({
      status: 'missing',
      detail: 'up to 20,000 per process',
      remedy: 'sudo prlimit --pid $$ --nofile=100000:100000',
    });
    expect(finding(doctor(limited(''), read), 'open files')).toMatchObject({
      status: 'note',
      detail: 'up to 20,000 per process; io_uring holds more connections, epoll does not',
    });
  });

  it('says why io_uring is not used, and how it could be', () => {
    expect(finding(doctor(machine('Operation not permitted'), read), 'io_uring')).toMatchObject({
      status: 'note',
      detail: expect.stringContaining('Operation not permitted') as string,
      remedy: 'sudo sysctl -w kernel.io_uring_disabled=0',
    });
    expect(finding(doctor(machine(null), read), 'io_uring')?.remedy).toContain('liburing-dev');
  });

  it('names a native module that does not load, and nothing else', () => {
    const broken = () => {
      throw new MccError('MCC_ERR_NATIVE', { what: 'It does not load.' });
    };
    expect(doctor(broken, read)).toEqual([
      { subject: 'native module', status: 'missing', detail: 'It does not load.', remedy: 'Build it: npm rebuild.' },
    ]);
  });

  it('warns of connection tracking', () => {
    const tracked = (name: string) => (name === 'net.netfilter.nf_conntrack_max' ? '65536' : read(name));
    expect(finding(doctor(machine(''), tracked), 'conntrack')?.detail).toContain('65,536');
  });
});
