import type { ClassReport, RunReport } from '@mcc/core';
import { padLeft, widthOf } from '../text/layout.js';
import { count, time } from '../text/units.js';
import type { Page } from './page.js';

const COUNT = 12;
const TIME = 9;

/** One row per URL of an HTTP load that has several, in the order in which they were given. */
export function renderUrls({ protocol }: RunReport, { width, style }: Page): string[] {
  const urls = urlsOf(protocol.http);
  if (urls.length === 0) return [];
  const titles = padLeft('completed', COUNT) + padLeft('failed', COUNT);
  const head = `${titles}${['p50', 'p99', 'max'].map((title) => padLeft(title, TIME)).join('')}  URL`;
  return [style.faint(head), ...urls.map((url) => row(url, width, style))];
}

function row({ name, completed, failed, latencyUs }: ClassReport, width: number, style: Page['style']): string {
  const failures = padLeft(count(failed), COUNT);
  const figures = [latencyUs?.p50, latencyUs?.p99, latencyUs?.max].map((us) => padLeft(tight(us), TIME)).join('');
  const counts = `${padLeft(count(completed), COUNT)}${failed > 0 ? style.warn(failures) : failures}`;
  const room = width - widthOf(counts) - widthOf(figures) - 2;
  return `${counts}${figures}  ${clip(name, room)}`;
}

function tight(us: number | undefined): string {
  return us === undefined ? '–' : time(us).replace(' ', '');
}

function clip(text: string, room: number): string {
  return widthOf(text) <= room ? text : `${[...text].slice(0, Math.max(0, room - 1)).join('')}…`;
}

/** What the protocol plugin reports is its own affair: only what has the form of figures is shown. */
function urlsOf(section: unknown): readonly ClassReport[] {
  const { urls } = (section ?? {}) as { readonly urls?: unknown };
  return Array.isArray(urls) ? (urls as readonly ClassReport[]) : [];
}
