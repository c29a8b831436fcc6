// What MCC wants from the operating system, and how Debian and its relatives provide it.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { run, which } from './command.mjs';

const program = (...names) => names.some((name) => which(name) !== undefined);
const header = (path) => existsSync(`/usr/include/${path}`) || existsSync(`/usr/local/include/${path}`);

/** `without`: what happens when it stays missing. `group`: who needs it. */
const WANTED = [
  {
    name: 'g++',
    group: 'build',
    present: () => program('c++', 'g++', 'clang++'),
    without: 'nothing native can be built',
  },
  { name: 'make', group: 'build', present: () => program('make'), without: 'nothing native can be built' },
  { name: 'python3', group: 'build', present: () => program('python3'), without: 'nothing native can be built' },
  {
    name: 'liburing-dev',
    group: 'build',
    present: () => header('liburing.h'),
    without: 'the kernel stack has epoll only',
  },
  { name: 'pkg-config', group: 'build', present: () => program('pkg-config'), without: '--stack mtcp is not built' },
  {
    name: 'libdpdk-dev',
    group: 'build',
    present: () => header('dpdk/rte_ethdev.h'),
    without: '--stack mtcp is not built',
  },
  { name: 'cmake', group: 'test', present: () => program('cmake'), without: 'C++ tests fail' },
  { name: 'doctest-dev', group: 'test', present: () => header('doctest/doctest.h'), without: 'C++ tests fail' },
  {
    name: 'clang-format-14',
    group: 'test',
    present: () => program('clang-format-14'),
    without: 'C++ is not format-checked',
  },
  { name: 'valgrind', group: 'test', present: () => program('valgrind'), without: 'instructions are not counted' },
  { name: 'nginx-light', group: 'test', present: () => program('nginx'), without: 'tests against nginx are skipped' },
  {
    name: 'wrk',
    group: 'test',
    present: () => program('wrk'),
    without: 'tests with wrk are skipped, and benchmarks have nothing to compare with',
  },
  { name: 'iproute2', group: 'test', present: () => program('ip'), without: 'tests in network namespaces are skipped' },
  { name: 'ethtool', group: 'test', present: () => program('ethtool'), without: 'tests over a veth are skipped' },
  { name: 'nftables', group: 'test', present: () => program('nft'), without: 'tests with loss are skipped' },
  { name: 'tshark', group: 'test', present: () => program('tshark'), without: 'captures are not looked at' },
  { name: 'curl', group: 'test', present: () => program('curl'), without: 'tests with curl are skipped' },
  {
    name: 'nghttp2-client',
    group: 'test',
    present: () => program('h2load'),
    without: 'tests with h2load are skipped',
  },
  { name: 'iputils-ping', group: 'test', present: () => program('ping'), without: 'tests with ping are skipped' },
];

/** The packages of these groups that are not there. */
export function missing(groups) {
  return WANTED.filter((wanted) => groups.includes(wanted.group) && !wanted.present());
}

/** Installs what is missing when it may, otherwise prints the line to type. Resolves when there is nothing left to try. */
export async function provide(groups) {
  const lacking = missing(groups);
  if (lacking.length === 0) return;
  const names = lacking.map((wanted) => wanted.name);
  const mayInstall = which('apt-get') !== undefined && process.getuid?.() === 0;
  if (mayInstall) {
    console.error(`Installing ${names.join(', ')}`);
    await install(names);
  }
  const still = missing(groups);
  if (still.length === 0) return;
  for (const wanted of still) console.error(`Missing ${wanted.name}: ${wanted.without}.`);
  console.error(`To install: sudo apt-get install -y ${still.map((wanted) => wanted.name).join(' ')}`);
}

async function install(names) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => run('apt-get', ['-qq', ...args], { env });
  await withoutDaemons(async () => {
    const update = await apt('update');
    if (update.code !== 0) console.error(update.output);
    const outcome = await apt('install', '-y', '--no-install-recommends', ...names);
    if (outcome.code !== 0) console.error(outcome.output);
  });
}

const POLICY = '/usr/sbin/policy-rc.d';

/** Keeps packages from starting their services while they are installed: invoke-rc.d asks this file, 101 means no. */
async function withoutDaemons(action) {
  const ours = !existsSync(POLICY);
  if (ours) writeFileSync(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    await action();
  } finally {
    if (ours) rmSync(POLICY, { force: true });
  }
}
