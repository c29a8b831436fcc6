import type { System } from './system.js';

/** Drivers of the kernel by which user space takes a device. */
const USER_SPACE_DRIVERS = new Set(['vfio-pci', 'uio_pci_generic', 'igb_uio']);
/** DPDK's drivers for these work beside the kernel's: nothing is to be bound. */
const BIFURCATED_DRIVERS = new Set(['mlx4_core', 'mlx5_core', 'mana']);
const ETHERNET_CLASS = '0x0200';
const FOLDER = '/sys/bus/pci/devices';

export interface PciDevice {
  /** The kernel's driver that it is bound to. */
  readonly driver: string | undefined;
  /** Its interfaces, while the kernel has it. */
  readonly interfaces: readonly string[];
  /** DPDK can take it as it is. */
  readonly usable: boolean;
}

/** Addresses of the network devices. */
export function listNics(system: System): readonly string[] {
  return system.list(FOLDER).filter((address) => system.read(`${FOLDER}/${address}/class`)?.startsWith(ETHERNET_CLASS));
}

/** Undefined when there is no such device. */
export function findPciDevice(address: string, system: System): PciDevice | undefined {
  const folder = `${FOLDER}/${address}`;
  const entries = system.list(folder);
  if (entries.length === 0) return undefined;
  const driver = system.link(`${folder}/driver`);
  // virtio's interfaces stand one folder further down.
  const folders = [folder, ...entries.filter((name) => /^virtio\d+$/.test(name)).map((name) => `${folder}/${name}`)];
  return {
    driver,
    interfaces: folders.flatMap((each) => system.list(`${each}/net`)),
    usable: driver !== undefined && (USER_SPACE_DRIVERS.has(driver) || BIFURCATED_DRIVERS.has(driver)),
  };
}

export function bindCommand(address: string): string {
  return `sudo dpdk-devbind.py --bind=vfio-pci ${address}`;
}
