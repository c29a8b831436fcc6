import { buildAddon } from '@mcc/engine/build-addon';

buildAddon(import.meta.url);
