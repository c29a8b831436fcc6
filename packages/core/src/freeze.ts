/** Freezes plain objects and arrays, all the way down. Typed arrays cannot be frozen and are left. */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value) || Object.isFrozen(value)) return value;
  // Before what is in it, which may refer back to it.
  Object.freeze(value);
  Object.values(value).forEach(freeze);
  return value;
}
