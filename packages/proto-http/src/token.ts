/** RFC 9110 section 5.6.2: the alphabet of methods and of header names. */
export function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text);
}
