/** Six bytes. */
export type Mac = readonly number[];

/** `02:00:00:00:00:01`; undefined for anything else, also for group addresses, which no interface can have. */
export function parseMac(text: string): Mac | undefined {
  if (!/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(text)) return undefined;
  const bytes = text.split(':').map((byte) => Number.parseInt(byte, 16));
  return (bytes[0]! & 1) === 1 ? undefined : bytes;
}

/**
 * A locally administered MAC made of an address: the same on every start, so that nobody on the link has to learn it
 * anew. `02:4d` and then the four bytes of the address.
 */
export function macOfAddress(address: number): Mac {
  return [0x02, 0x4d, address >>> 24, (address >>> 16) & 0xff, (address >>> 8) & 0xff, address & 0xff];
}

export function formatMac(mac: Mac): string {
  return mac.map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}
