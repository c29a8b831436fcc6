import { MccError, type Finding } from '@mcc/core';
import type { NativeAddon } from './native.js';
import { bindCommand, findPciDevice, listNics } from './pci.js';
import { CAP_NET_ADMIN, CAP_NET_RAW, type System } from './system.js';

/** Sizes of what a connection that does nothing takes, its share of the tables included. */
const CONNECTION_BYTES = 128;
const MIB = 1024 ** 2;

/** What this machine has and lacks for the user-level stack. `load` gives the addon or throws MccError. */
export function doctor(load: () => Pick<NativeAddon, 'dpdkVersion'>, system: System): Finding[] {
  return [
    dpdk(load),
    privileges(system),
    hugepages(system),
    hugetlbfs(system),
    memory(system),
    iommu(system),
    vfio(system),
    ...nics(system),
    numa(system),
    isolated(system),
  ];
}

function dpdk(load: () => Pick<NativeAddon, 'dpdkVersion'>): Finding {
  try {
    return { subject: 'DPDK', status: 'ok', detail: load().dpdkVersion() };
  } catch (error) {
    if (!(error instanceof MccError)) throw error;
    return { subject: 'DPDK', status: 'missing', detail: error.message, remedy: error.remedy };
  }
}

function privileges(system: System): Finding {
  const subject = 'privileges';
  const raw = system.can(CAP_NET_RAW);
  const admin = system.can(CAP_NET_ADMIN);
  if (raw && admin) return { subject, status: 'ok', detail: 'for every kind of port' };
  const kinds = raw ? 'memif and af_packet' : 'memif only';
  return { subject, status: 'note', detail: `for ${kinds}; af_xdp, tap and NICs want root`, remedy: 'sudo mcc …' };
}

function hugepages(system: System): Finding {
  const subject = 'hugepages';
  const folder = '/sys/kernel/mm/hugepages';
  const pools = system.list(folder).map((name) => {
    const kib = Number(/^hugepages-(\d+)kB$/.exec(name)?.[1] ?? 0);
    const count = (file: string) => Number(system.read(`${folder}/${name}/${file}`) ?? 0);
    return { mib: kib / 1024, total: count('nr_hugepages'), free: count('free_hugepages') };
  });
  const reserved = pools.filter(({ total }) => total > 0);
  if (reserved.some(({ free }) => free > 0)) {
    const detail = reserved.map(({ mib, total, free }) => `${free} of ${total} free, of ${mib} MB`).join('; ');
    return { subject, status: 'ok', detail };
  }
  const detail =
    reserved.length > 0
      ? 'all in use; ordinary pages are used'
      : 'none reserved; ordinary pages are used, a little slower';
  return { subject, status: 'note', detail, remedy: 'echo 512 | sudo tee /proc/sys/vm/nr_hugepages' };
}

function hugetlbfs(system: System): Finding {
  const subject = 'hugetlbfs';
  const mount = /^\S+ (\S+) hugetlbfs /m.exec(system.read('/proc/mounts') ?? '')?.[1];
  if (mount !== undefined) return { subject, status: 'ok', detail: `mounted at ${mount}` };
  // Packets lie in anonymous hugepages; only other programs of DPDK's want the mount.
  return {
    subject,
    status: 'note',
    detail: 'not mounted; MCC does not need it, other programs on DPDK do',
    remedy: 'sudo mkdir -p /dev/hugepages && sudo mount -t hugetlbfs none /dev/hugepages',
  };
}

function memory(system: System): Finding {
  const kib = Number(/^MemAvailable:\s+(\d+) kB/m.exec(system.read('/proc/meminfo') ?? '')?.[1] ?? 0);
  const connections = Math.floor((kib * 1024) / CONNECTION_BYTES / 1e6);
  const detail = `${Math.floor((kib * 1024) / MIB).toLocaleString('en-US')} MB available: some ${connections.toLocaleString('en-US')} million idle connections`;
  return { subject: 'memory', status: 'ok', detail };
}

function iommu(system: System): Finding {
  const subject = 'IOMMU';
  const groups = system.list('/sys/kernel/iommu_groups').length;
  if (groups > 0) return { subject, status: 'ok', detail: `on, ${groups} groups` };
  return {
    subject,
    status: 'note',
    detail: 'off or absent; only NICs (pci:) want it',
    remedy:
      'boot with intel_iommu=on iommu=pt, or: echo 1 | sudo tee /sys/module/vfio/parameters/enable_unsafe_noiommu_mode',
  };
}

function vfio(system: System): Finding {
  const subject = 'VFIO';
  if (system.isDirectory('/sys/bus/pci/drivers/vfio-pci'))
    return { subject, status: 'ok', detail: 'vfio-pci is loaded' };
  return {
    subject,
    status: 'note',
    detail: 'vfio-pci is not loaded; only NICs want it',
    remedy: 'sudo modprobe vfio-pci',
  };
}

function nics(system: System): Finding[] {
  const found = listNics(system);
  if (found.length === 0) return [{ subject: 'NICs', status: 'note', detail: 'no PCI network device' }];
  return found.map((address) => nic(address, system));
}

function nic(address: string, system: System): Finding {
  const subject = `NIC ${address}`;
  const { driver, interfaces, usable } = findPciDevice(address, system)!;
  const detail = `bound to ${driver ?? 'nothing'}${interfaces.length === 0 ? '' : `, interface ${interfaces.join(', ')}`}`;
  if (usable) return { subject, status: 'ok', detail: `${detail}: --mtcp.port pci:${address}` };
  const up = interfaces.some((name) => system.interface(name)?.up === true);
  const warning = up ? ', which is up: binding it to DPDK takes it from the kernel' : '';
  return { subject, status: 'note', detail: `${detail}${warning}`, remedy: bindCommand(address) };
}

function numa(system: System): Finding {
  const online = system.read('/sys/devices/system/node/online') ?? '0';
  if (online === '0') return { subject: 'NUMA', status: 'ok', detail: 'one node' };
  return {
    subject: 'NUMA',
    status: 'note',
    detail: `nodes ${online}: give cores of the node that the NIC is on (/sys/class/net/IFACE/device/numa_node)`,
    remedy: 'mcc … --cpus LIST',
  };
}

function isolated(system: System): Finding {
  const cores = system.read('/sys/devices/system/cpu/isolated') ?? '';
  const subject = 'isolated cores';
  if (cores !== '') return { subject, status: 'ok', detail: `${cores}: --cpus ${cores}` };
  return {
    subject,
    status: 'note',
    detail: 'none; other work on the cores shows in the tails of latency',
    remedy: 'boot with isolcpus=LIST nohz_full=LIST',
  };
}
