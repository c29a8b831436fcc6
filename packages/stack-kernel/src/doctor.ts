import { availableParallelism } from 'node:os';
import { MccError, type Finding } from '@mcc/core';
import { raiseCommand } from './files.js';
import type { NativeAddon } from './native.js';
import { localPorts } from './ports.js';
import { numberSetting, type ReadSetting } from './sysctl.js';

/** What a run of 100,000 connections wants. */
const FILES_WANTED = 100_000;
const BACKLOG_WANTED = 4096;

type Machine = Pick<NativeAddon, 'raiseFileLimit' | 'tryUring' | 'hasDirectDescriptors'>;

/** What this machine has and lacks for the kernel stack. `load` gives the addon or throws MccError. */
export function doctor(load: () => Machine, read: ReadSetting): Finding[] {
  let native: ReturnType<typeof load>;
  try {
    native = load();
  } catch (error) {
    if (!(error instanceof MccError)) throw error;
    return [{ subject: 'native module', status: 'missing', detail: error.message, remedy: error.remedy }];
  }
  return [
    { subject: 'native module', status: 'ok', detail: 'loads' },
    files(native, read),
    ports(read),
    uring(native, read),
    cores(),
    queue('net.core.somaxconn', 'connections that wait to be accepted', read),
    queue('net.ipv4.tcp_max_syn_backlog', 'connections half open at a listener', read),
    ...conntrack(read),
  ];
}

function files(native: Machine, read: ReadSetting): Finding {
  // Tried, not guessed: root may lack the capability, and others may not need it.
  const { soft } = native.raiseFileLimit(FILES_WANTED);
  const subject = 'open files';
  const detail = `up to ${soft.toLocaleString('en-US')} per process`;
  if (soft >= FILES_WANTED) return { subject, status: 'ok', detail };
  const remedy = raiseCommand(FILES_WANTED, read);
  if (!native.hasDirectDescriptors()) return { subject, status: 'missing', detail, remedy };
  return { subject, status: 'note', detail: `${detail}; io_uring holds more connections, epoll does not`, remedy };
}

function ports(read: ReadSetting): Finding {
  const { first, last, usable } = localPorts(read);
  const detail = `${first}-${last}: ${usable.toLocaleString('en-US')} connections per source address and destination`;
  if (usable >= 50_000) return { subject: 'local ports', status: 'ok', detail };
  const remedy = 'sudo sysctl -w net.ipv4.ip_local_port_range="1024 65535"';
  return { subject: 'local ports', status: 'note', detail: `${detail}; --source adds addresses`, remedy };
}

function uring(native: Pick<NativeAddon, 'tryUring'>, read: ReadSetting): Finding {
  const subject = 'io_uring';
  const reason = native.tryUring();
  if (reason === '') return { subject, status: 'ok', detail: 'permitted' };
  if (reason === null) {
    const remedy = 'sudo apt-get install -y liburing-dev && npm rebuild @mcc/stack-kernel';
    return { subject, status: 'note', detail: 'built without it (no liburing headers); epoll is used', remedy };
  }
  const detail = `not to be had (${reason}); epoll is used`;
  const disabled = numberSetting(read, 'kernel.io_uring_disabled') ?? 0;
  if (disabled === 0) return { subject, status: 'note', detail };
  return { subject, status: 'note', detail, remedy: 'sudo sysctl -w kernel.io_uring_disabled=0' };
}

function cores(): Finding {
  const count = availableParallelism();
  const detail = `${count}: one per worker, and the server wants its own`;
  return { subject: 'cores', status: count > 1 ? 'ok' : 'note', detail };
}

function queue(name: string, meaning: string, read: ReadSetting): Finding {
  const value = numberSetting(read, name);
  if (value === undefined) return { subject: name, status: 'note', detail: 'not readable here' };
  const detail = `${value}: ${meaning}`;
  if (value >= BACKLOG_WANTED) return { subject: name, status: 'ok', detail };
  return { subject: name, status: 'note', detail, remedy: `sudo sysctl -w ${name}=${BACKLOG_WANTED}` };
}

/** Connection tracking drops packets without a word once its table is full. */
function conntrack(read: ReadSetting): Finding[] {
  const max = numberSetting(read, 'net.netfilter.nf_conntrack_max');
  if (max === undefined) return [];
  const detail = `tracks at most ${max.toLocaleString('en-US')} connections, and drops the packets of others`;
  const remedy = 'sudo sysctl -w net.netfilter.nf_conntrack_max=1000000';
  return [{ subject: 'conntrack', status: 'note', detail, remedy }];
}
