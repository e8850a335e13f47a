/** The jobs by name, for those who only pass them on: `solthrive-cli <name>`, `POST /records/<name>`. */
export const JOB_NAMES = ['import', 'rebuild', 'recompute', 'verify'] as const;
export type JobName = (typeof JOB_NAMES)[number];
