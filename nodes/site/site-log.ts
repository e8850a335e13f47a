/**
 * The structured log as the rooms know it: what a line says, where its files lie, and how a room
 * writes one. Whoever started the program keeps the log; in a Node-RED that is not ours there is none.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

/** From the gravest on. */
export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LogEntry {
  level: LogLevel;
  /** Who speaks: a node's type without `solthrive-`, `fault`, `launcher`, or `node-red` for all else. */
  area: string;
  message: string;
  /** Stable, for programs: an error's code, a fault's id. */
  code?: string;
  /** What it is about: a meter, a channel, a node. */
  source?: string;
  /** Of a fault: `suspected`, `confirmed`, `ended`. */
  state?: string;
}

/** A line of `solthrive.jsonl`. */
export interface LogLine extends LogEntry {
  /** UTC ISO 8601. */
  ts: string;
  /** It stands for so many more like it, the last of which it is. */
  repeated?: number;
}

export interface SiteLog {
  note(entry: LogEntry): void;
  /** The last warnings and errors, oldest first. */
  recent(): LogLine[];
}

const logs = new Map<string, SiteLog>();

/** The log of a data folder; null where none is kept. */
export function siteLogOf(data: string): SiteLog | null {
  return logs.get(data) ?? null;
}

/** @returns what takes it away again */
export function openSiteLog(data: string, log: SiteLog): () => void {
  logs.set(data, log);
  return () => {
    if (logs.get(data) === log) logs.delete(data);
  };
}

export function logFolder(data: string): string {
  return join(data, 'log');
}

/** `solthrive.jsonl`, or the one that was put away `age` files ago. */
export function logFile(folder: string, age = 0): string {
  return join(folder, age === 0 ? 'solthrive.jsonl' : `solthrive.${age}.jsonl`);
}

/** Those that are there, oldest first; none where there is no folder. */
export function logFiles(folder: string): string[] {
  const ages = namesIn(folder).flatMap((name) => {
    const found = /^solthrive(?:\.(\d+))?\.jsonl$/.exec(name);
    return found ? [Number(found[1] ?? 0)] : [];
  });
  return ages.sort((a, b) => b - a).map((age) => logFile(folder, age));
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
