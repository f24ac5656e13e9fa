import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Roster, RosterReviewer } from '../roster.js';
import { loadIssuerConfig } from './issuer.config.js';
import { devToken } from './dev-token.js';
import { issuerKey } from './key.js';
import { peopleOf } from './people.js';
import { createProvider } from './provider.js';
import { issuerHandler } from './routes.js';

const PARENT_CHECK_MS = 2_000;

const config = loadIssuerConfig(process.env);
const { reviewers: file } = JSON.parse(await readFile(config.rosterFile, 'utf8')) as Roster;
const key = await issuerKey(config.keyFile);
const tokenFor = (reader: RosterReviewer): Promise<string> => devToken(config.issuer, key, reader, {});
const people = peopleOf({ file, approvalUrls: config.pageUrls, tokenFor });
const provider = createProvider(config, key, people);
const server = createServer(issuerHandler({ config, key, provider, people })).listen(config.port, config.host);

function stop(): void {
  server.close();
  server.closeAllConnections();
  clearInterval(watch);
}

const parent = process.ppid;
const watch = setInterval(() => process.ppid === parent || stop(), PARENT_CHECK_MS);
process.on('SIGTERM', stop);
