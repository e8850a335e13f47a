/** What several bodies of `/api` have in common. */
import { described, number, oneOf, orNull, yes } from './json-schema.ts';

export const value = orNull(number);
export const marks = oneOf('good', 'held', 'estimated', 'recovered', 'missing');
export const simulated = described('Made up: no meter is behind it', yes);
