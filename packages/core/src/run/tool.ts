import manifest from '../../package.json' with { type: 'json' };

/** What reports are signed with. */
export const TOOL = { name: 'mcc', version: manifest.version } as const;
