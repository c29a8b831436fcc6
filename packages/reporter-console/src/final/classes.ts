import type { ClassReport, RunReport } from '@mcc/core';
import { padLeft, widthOf } from '../text/layout.js';
import { count, time } from '../text/units.js';
import type { Page } from './page.js';

const COUNT = 12;
const TIME = 9;

/** A table for each way in which requests are told apart: by URL, by priority, by the class of their connection. */
export function renderClasses({ protocol, classes = [] }: RunReport, page: Page): string[][] {
  return [
    table('URL', listIn(protocol.http, 'urls'), page),
    table('class', listIn(protocol.raw, 'priorities'), page),
    table('connections', classes, page),
  ];
}

/** A row for each, in the order in which they were given. */
function table(what: string, classes: readonly ClassReport[], { width, style }: Page): string[] {
  if (classes.length === 0) return [];
  const titles = padLeft('completed', COUNT) + padLeft('failed', COUNT);
  const head = `${titles}${['p50', 'p99', 'max'].map((title) => padLeft(title, TIME)).join('')}  ${what}`;
  return [style.faint(head), ...classes.map((one) => row(one, width, style))];
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
function listIn(section: unknown, key: string): readonly ClassReport[] {
  const list = ((section ?? {}) as Readonly<Record<string, unknown>>)[key];
  return Array.isArray(list) ? (list as readonly ClassReport[]) : [];
}
