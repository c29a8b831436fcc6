import { units } from '@mcc/core';

/** Figures as the report's own sentences write them. */
export const { amount, bytes, count, exactRate, percent, plural, seconds, time } = units;
