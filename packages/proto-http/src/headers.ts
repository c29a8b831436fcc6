import { isToken } from './token.js';
import { refuse } from './refuse.js';
import { hasPlaceholder, sampleOf } from './template.js';

export type Header = readonly [name: string, value: string];

/** In place of a value: how long the body is, which is known only when it leaves. */
export const BODY_LENGTH = '{{length}}';

/**
 * Reads one header, 'Name: value'; `flag` begins the sentence for what is wrong with it. RFC 9110 section 5.1: a name is a token. RFC 9112 section 5.1: no whitespace before the
 * colon, and whitespace around the value is no part of it.
 */
export function parseHeader(line: string, flag = '--http.header'): Header {
  const shown = JSON.stringify(line);
  if (/[\r\n]/.test(line)) {
    refuse(`${flag} ${shown} contains a line break`, 'give each header by itself');
  }
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0));
  if (!isToken(name)) {
    refuse(`${flag} ${shown} does not start with a header name and a colon`, "write it as 'Name: value'");
  }
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, '');
  // RFC 9110 section 5.5: visible characters, spaces and tabs; octets above 127 are opaque and leave as UTF-8.
  if (CONTROL.test(value)) {
    refuse(`${flag} ${shown} contains a control character`, 'leave it out or encode it');
  }
  return [name, value];
}

// oxlint-disable-next-line no-control-regex
export const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** What the headers have to agree with. */
export interface HeaderContext {
  /** Begins the sentences for what is wrong. */
  readonly flag: string;
  readonly host: string;
  readonly userAgent: string;
  readonly keepalive: boolean;
  /** Undefined: it varies. */
  readonly bodyBytes: number | undefined;
  /** RFC 9110 section 8.6: the method anticipates a body, so an absent one is announced as one of 0 bytes. */
  readonly announceEmptyBody: boolean;
}

/**
 * The headers of a request: the defaults, less those of which the user gives some, then the user's in their order. Host
 * comes first (RFC 9110 section 7.2).
 */
export function requestHeaders(given: readonly Header[], context: HeaderContext): readonly Header[] {
  const { flag, bodyBytes } = context;
  refuseMisframing(given, context);
  refuseWrongPersistence(given, context);
  const host = valuesOf(given, 'host');
  if (host.length > 1) refuse(`${flag} gives Host more than once`, 'give it once');
  if (!HOST.test(sampleOf(host[0] ?? '')))
    refuse(`${flag} gives the invalid Host "${host[0]}"`, 'write it as HOST[:PORT]');

  const defaults: Header[] = [['User-Agent', context.userAgent]];
  if (bodyBytes === undefined) defaults.push(['Content-Length', BODY_LENGTH]);
  else if (bodyBytes > 0 || context.announceEmptyBody) defaults.push(['Content-Length', String(bodyBytes)]);
  if (!context.keepalive) defaults.push(['Connection', 'close']);
  return [
    ['Host', host[0] ?? context.host],
    ...defaults.filter(([name]) => valuesOf(given, name).length === 0),
    ...given.filter(([name]) => name.toLowerCase() !== 'host'),
  ];
}

/** RFC 3986 section 3.2.2: uri-host with an optional port; it may be empty (RFC 9112 section 3.2). */
const HOST = /^[A-Za-z0-9\-._~!$&'()*+,;=%:[\]]*$/;

/** RFC 9112 section 6: only a Content-Length that is true, and no Transfer-Encoding, lets the request end where it does. */
function refuseMisframing(given: readonly Header[], { flag, bodyBytes }: HeaderContext): void {
  if (valuesOf(given, 'transfer-encoding').length > 0) {
    refuse(
      `${flag} gives Transfer-Encoding, but the body is sent as it is`,
      'leave it out: Content-Length is computed',
    );
  }
  const lengths = valuesOf(given, 'content-length');
  if (lengths.length > 1 || (lengths.length === 1 && lengths[0] !== String(bodyBytes))) {
    const truth = bodyBytes === undefined ? 'the length of the body varies' : `the body has ${bodyBytes} bytes`;
    refuse(`${flag} gives Content-Length ${lengths.join(' and ')}, but ${truth}`, 'leave it out: it is computed');
  }
}

/** RFC 9112 section 9.3: the connection persists unless a `close` option says otherwise. */
function refuseWrongPersistence(given: readonly Header[], { flag, keepalive }: HeaderContext): void {
  const values = valuesOf(given, 'connection');
  if (values.some(hasPlaceholder)) refuse(`${flag} gives Connection a placeholder`, 'write out its value');
  const options = values.flatMap((value) => value.split(',').map((option) => option.trim().toLowerCase()));
  if (options.includes('upgrade')) {
    refuse(`${flag} asks to upgrade the connection`, 'leave it out: only HTTP/1.1 is spoken');
  }
  if (values.length > 0 && options.includes('close') === keepalive) {
    refuse(
      `${flag} gives Connection: ${values.join(', ')}, against --http.keepalive ${keepalive}`,
      `use --http.keepalive ${!keepalive} instead`,
    );
  }
}

/** The values of every header of that name, whatever its case. */
function valuesOf(headers: readonly Header[], name: string): readonly string[] {
  return headers.filter(([other]) => other.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
}
