import { describe, expect, it } from 'vitest';
import { resolveHost } from './resolve-host.js';

const both = async () => [{ address: '127.0.0.1' }, { address: '127.0.0.2' }, { address: '::1' }];

describe('resolveHost', () => {
  it('leaves addresses alone', async () => {
    expect(await resolveHost('198.18.0.1', 80)).toEqual([{ address: '198.18.0.1', port: 80 }]);
    expect(await resolveHost('::1', 81)).toEqual([{ address: '::1', port: 81 }]);
  });

  it("keeps the first one's family, or the one that is asked for", async () => {
    const v4 = [
      { address: '127.0.0.1', port: 80 },
      { address: '127.0.0.2', port: 80 },
    ];
    expect(await resolveHost('name', 80, undefined, both)).toEqual(v4);
    expect(await resolveHost('name', 80, 'ipv6', both)).toEqual([{ address: '::1', port: 80 }]);
  });

  it('says which name could not be resolved, and why', async () => {
    const failing = () => Promise.reject(new Error('getaddrinfo ENOTFOUND nowhere.invalid'));
    await expect(resolveHost('nowhere.invalid', 80, undefined, failing)).rejects.toMatchObject({
      code: 'MCC_ERR_RESOLVE',
      message: 'The name nowhere.invalid could not be resolved: getaddrinfo ENOTFOUND nowhere.invalid.',
    });
    await expect(resolveHost('none', 80, undefined, async () => [])).rejects.toMatchObject({ code: 'MCC_ERR_RESOLVE' });
    await expect(resolveHost('127.0.0.1', 80, 'ipv6')).rejects.toThrow('127.0.0.1 has no IPv6 address.');
  });
});
