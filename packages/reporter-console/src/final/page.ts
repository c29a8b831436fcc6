import type { Style } from '../text/style.js';

/** What every part of the page is written for. */
export interface Page {
  /** Columns that may be used. */
  readonly width: number;
  readonly style: Style;
}

/** Rows of "label, figure, explanation", each label and figure aligned with those of the other rows. */
export interface Row {
  readonly label: string;
  readonly figure: string;
  /** Wrapped to the width; unstyled. */
  readonly detail?: string;
  readonly mark?: keyof Style;
}
