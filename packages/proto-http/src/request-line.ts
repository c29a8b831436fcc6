import { refuse } from './refuse.js';
import { isToken } from './token.js';

/** Checks a method. RFC 9110 section 9.1: a case-sensitive token. `flag` begins the sentence for what is wrong. */
export function checkMethod(method: string, flag: string): string {
  if (!isToken(method)) {
    refuse(`${flag} ${JSON.stringify(method)} is not a token`, 'use letters, as in GET or POST');
  }
  // Sections 9.3.6 and 9.3.8: the one turns the connection into a tunnel, the other must not carry what a load carries.
  if (method === 'CONNECT' || method === 'TRACE') {
    refuse(`${flag} ${method} is no request for a resource`, 'use another method, such as GET');
  }
  return method;
}

/**
 * Checks a path and query: the origin form of RFC 9112 section 3.2.1, or the asterisk form of section 3.2.4 with OPTIONS.
 * Characters that RFC 3986 does not allow but that break no parser (`[`, `|`) are the server's to judge.
 */
export function checkPath(path: string, method: string, flag: string): string {
  const shown = JSON.stringify(path);
  const wrong = /[^!-~]/u.exec(path)?.[0];
  if (wrong !== undefined) {
    refuse(`${flag} ${shown} contains ${describe(wrong)}`, `percent-encode it as ${percentEncode(wrong)}`);
  }
  if (path.includes('#'))
    refuse(`${flag} ${shown} contains a #`, 'leave out the fragment, or percent-encode it as %23');
  if (!path.startsWith('/') && !(path === '*' && method === 'OPTIONS')) {
    refuse(`${flag} ${shown} does not start with /`, 'give the path and query only, and the host with --dest');
  }
  return path;
}

/** Checks a value that will stand in a path, at its start if it must start one. */
export function checkPathValue(value: string, mustStart: boolean, flag: string): void {
  const shown = JSON.stringify(value);
  const wrong = /[^!-~]|#/u.exec(value)?.[0];
  if (wrong !== undefined) {
    refuse(
      `${flag} has ${shown}, and stands in a path: it contains ${describe(wrong)}`,
      `percent-encode it as ${percentEncode(wrong)}`,
    );
  }
  if (mustStart && !value.startsWith('/')) {
    refuse(
      `${flag} has ${shown}, and a path begins with it`,
      'start each value with /, or write / before the placeholder',
    );
  }
}

function describe(character: string): string {
  if (character === ' ') return 'a space';
  if (character === '#') return 'a #';
  return character > '~' && character !== '\x7f' ? `"${character}"` : 'a control character';
}

function percentEncode(character: string): string {
  return Array.from(
    new TextEncoder().encode(character),
    (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
  ).join('');
}
