declare module 'asciichart' {
  export function plot(
    series: readonly number[],
    config: {
      readonly min?: number;
      readonly height?: number;
      /** Columns of the axis; labels may be wider. */
      readonly offset?: number;
      readonly format?: (value: number) => string;
    },
  ): string;
}
