#!/usr/bin/env node
import { bootstrap } from '../../../tools/bootstrap.mjs';

bootstrap();
const { main } = await import('../dist/main.js');
await main(process.argv);
