import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Roster } from '../roster.js';
import { loadIssuerConfig } from './issuer.config.js';
import { issuerKey } from './key.js';
import { createProvider } from './provider.js';
import { issuerHandler } from './routes.js';

const PARENT_CHECK_MS = 2_000;

const config = loadIssuerConfig(process.env);
const { reviewers: people } = JSON.parse(await readFile(config.rosterFile, 'utf8')) as Roster;
const reviewers = new Map(people.map((person) => [person.subject, person]));
const key = await issuerKey(config.keyFile);
const provider = createProvider(config, key, reviewers);
const server = createServer(issuerHandler({ config, key, provider, reviewers })).listen(config.port, config.host);

function stop(): void {
  server.close();
  server.closeAllConnections();
  clearInterval(watch);
}

const parent = process.ppid;
const watch = setInterval(() => process.ppid === parent || stop(), PARENT_CHECK_MS);
process.on('SIGTERM', stop);
