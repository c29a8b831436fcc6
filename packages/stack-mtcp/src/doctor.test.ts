import { MccError } from '@mcc/core';
import { describe, expect, it } from 'vitest';
import { doctor } from './doctor.js';
import { imaginary } from './fixtures.js';
import { CAP_NET_ADMIN, CAP_NET_RAW } from './system.js';

const dpdk = () => ({ dpdkVersion: () => '22.11.11' });
const pages = '/sys/kernel/mm/hugepages/hugepages-2048kB';
const nic = '/sys/bus/pci/devices/0000:03:00.0';
const find = (findings: ReturnType<typeof doctor>, subject: string) => findings.find((one) => one.subject === subject)!;

describe('doctor', () => {
  it('finds everything on a machine that is made for it', () => {
    const findings = doctor(
      dpdk,
      imaginary({
        files: {
          [`${pages}/nr_hugepages`]: '1024',
          [`${pages}/free_hugepages`]: '1000',
          '/proc/mounts': 'none /dev/hugepages hugetlbfs rw 0 0',
          '/proc/meminfo': 'MemTotal: 9 kB\nMemAvailable:   16000000 kB',
          '/sys/kernel/iommu_groups/1': '',
          [`${nic}/class`]: '0x020000',
          '/sys/devices/system/node/online': '0',
          '/sys/devices/system/cpu/isolated': '2-3',
        },
        links: { [`${nic}/driver`]: 'vfio-pci' },
        directories: ['/sys/bus/pci/drivers/vfio-pci'],
        capabilities: [CAP_NET_ADMIN, CAP_NET_RAW],
      }),
    );
    expect(findings.filter(({ status }) => status !== 'ok')).toEqual([]);
    expect(find(findings, 'DPDK').detail).toBe('22.11.11');
    expect(find(findings, 'hugepages').detail).toBe('1000 of 1024 free, of 2 MB');
    expect(find(findings, 'memory').detail).toContain('15,625 MB available: some 128 million');
    expect(find(findings, 'NIC 0000:03:00.0').detail).toBe('bound to vfio-pci: --mtcp.port pci:0000:03:00.0');
    expect(find(findings, 'isolated cores').detail).toBe('2-3: --cpus 2-3');
  });

  it('says for each thing that is not there what it costs and what to type', () => {
    const findings = doctor(
      dpdk,
      imaginary({
        files: {
          [`${pages}/nr_hugepages`]: '0',
          [`${nic}/class`]: '0x020000',
          [`${nic}/net/eth1/flags`]: '',
          '/sys/devices/system/node/online': '0-1',
        },
        links: { [`${nic}/driver`]: 'ixgbe' },
        interfaces: { eth1: { up: true, mtu: 1500, queues: 1 } },
      }),
    );
    for (const one of findings.filter(({ subject }) => subject !== 'DPDK' && subject !== 'memory')) {
      expect(one).toMatchObject({ status: 'note', remedy: expect.any(String) as string });
    }
    expect(find(findings, 'privileges').detail).toContain('memif only');
    expect(find(findings, 'hugepages').detail).toContain('none reserved');
    expect(find(findings, 'NIC 0000:03:00.0')).toMatchObject({
      detail: 'bound to ixgbe, interface eth1, which is up: binding it to DPDK takes it from the kernel',
      remedy: 'sudo dpdk-devbind.py --bind=vfio-pci 0000:03:00.0',
    });
  });

  it('tells hugepages that are all in use from none', () => {
    const files = { [`${pages}/nr_hugepages`]: '8', [`${pages}/free_hugepages`]: '0' };
    expect(find(doctor(dpdk, imaginary({ files })), 'hugepages').detail).toContain('all in use');
  });

  it('binds nothing where the driver shares the NIC with the kernel', () => {
    const files = { [`${nic}/class`]: '0x020000' };
    const findings = doctor(dpdk, imaginary({ files, links: { [`${nic}/driver`]: 'mlx5_core' } }));
    expect(find(findings, 'NIC 0000:03:00.0')).toEqual({
      subject: 'NIC 0000:03:00.0',
      status: 'ok',
      detail: 'bound to mlx5_core: --mtcp.port pci:0000:03:00.0',
    });
  });

  it('finds the interface behind virtio', () => {
    const files = { [`${nic}/class`]: '0x020000', [`${nic}/virtio0/net/eth0/flags`]: '' };
    const interfaces = { eth0: { up: true, mtu: 1500, queues: 1 } };
    const findings = doctor(dpdk, imaginary({ files, interfaces, links: { [`${nic}/driver`]: 'virtio-pci' } }));
    expect(find(findings, 'NIC 0000:03:00.0').detail).toContain('bound to virtio-pci, interface eth0, which is up');
  });

  it('says what to install when DPDK is missing, and goes on', () => {
    const missing = () => {
      throw new MccError('MCC_ERR_NATIVE', { what: 'Not built.', remedy: 'apt-get install libdpdk-dev' });
    };
    const findings = doctor(missing, imaginary({}));
    expect(find(findings, 'DPDK')).toEqual({
      subject: 'DPDK',
      status: 'missing',
      detail: 'Not built.',
      remedy: 'apt-get install libdpdk-dev',
    });
    expect(findings.length).toBeGreaterThan(5);
    expect(find(findings, 'NICs').detail).toBe('no PCI network device');
  });
});
