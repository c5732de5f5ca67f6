// The ballot archive UUID.bel, read byte for byte (ballot-protocol §11).
import { Refusal } from "../refusal.ts";
import { fromUtf8, sha256Hex, utf8 } from "./encoding.ts";
import { parseJson } from "./election.ts";

const BLOCK = 512;

export interface Archive {
  readonly election: string;
  readonly trustees: string;
  readonly credentials: string;
  readonly ballots: readonly string[];
  /** The encrypted tally and its sized record, or null before the box is closed. */
  readonly tally: { readonly record: string; readonly sized: string } | null;
}

interface Member {
  readonly name: string;
  readonly content: string;
}

export function parseArchive(bytes: Uint8Array): Archive {
  const events = readEvents(readMembers(bytes));
  const [setup, ...rest] = events;
  if (setup?.type !== "Setup") throw broken("Setup");
  const [election, trustees, credentials] = namedBySetup(setup);
  const ballots: string[] = [];
  let tally: Archive["tally"] = null;
  let stage = 0;
  for (const event of rest) {
    // Belenios' own tools walk back from the last event and would miss a ballot after the end (§13).
    const place = ["Ballot", "EndBallots", "EncryptedTally", "PartialDecryption", "Result"].indexOf(event.type);
    const once = place !== 0 && place !== 3;
    if (place < stage || place > stage + 1 || (once && place === stage)) throw broken(event.type);
    stage = place;
    if (event.type === "Ballot") ballots.push(event.data[0] as string);
    if (event.type === "EncryptedTally") tally = { record: event.data[0] as string, sized: event.data[1] as string };
  }
  return { election, trustees, credentials, ballots, tally };
}

function readMembers(bytes: Uint8Array): Member[] {
  const members: Member[] = [];
  let timestamp: number | null = null;
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < BLOCK) throw broken("cut");
    const header = bytes.subarray(at, at + BLOCK);
    const size = octal(header, 124);
    const end = at + BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    if (end > bytes.length) throw broken("cut");
    const raw = bytes.subarray(at + BLOCK, at + BLOCK + size);
    const padding = bytes.subarray(at + BLOCK + size, end);
    if (padding.some((byte) => byte !== 0)) throw broken("padding");
    const name = nameOf(header);
    timestamp ??= timestampOf(name, raw);
    if (!equal(header, makeHeader(name, size, timestamp))) throw broken("header");
    members.push({ name, content: decode(raw) });
    if (members.length > 1 && !nameFits(name, raw)) throw broken("name");
    at = end;
  }
  return members.slice(1);
}

interface ArchiveEvent {
  readonly type: string;
  readonly payload: string | null;
  readonly data: readonly string[];
}

/** How many data members stand before each kind of event. */
const DATA_BEFORE: Record<string, number> = { Setup: 4, Ballot: 1, EndBallots: 0, EncryptedTally: 2, PartialDecryption: 2, Result: 1 };

function readEvents(members: readonly Member[]): ArchiveEvent[] {
  const events: ArchiveEvent[] = [];
  let parent: string | null = null;
  let data: Member[] = [];
  for (const member of members) {
    if (member.name.endsWith(".data.json")) {
      data.push(member);
      continue;
    }
    const { type, payload = null } = parseJson(member.content) as { type?: unknown; payload?: unknown };
    if (typeof type !== "string" || DATA_BEFORE[type] !== data.length) throw broken("event");
    // The last member before the event is its payload: a chain of hashes, written one way only.
    const last = data.length > 0 ? hashIn((data[data.length - 1] as Member).name) : null;
    if (payload !== last || member.content !== eventRecord(parent, events.length, type, last)) throw broken("chain");
    events.push({ type, payload: last, data: data.map(({ content }) => content) });
    parent = hashIn(member.name);
    data = [];
  }
  if (data.length > 0) throw broken("cut");
  return events;
}

function eventRecord(parent: string | null, height: number, type: string, payload: string | null): string {
  return JSON.stringify({
    ...(parent === null ? {} : { parent }),
    height,
    type,
    ...(payload === null ? {} : { payload }),
  });
}

function namedBySetup(setup: ArchiveEvent): [string, string, string] {
  const [election, trustees, credentials, named] = setup.data as [string, string, string, string];
  const [e, t, c] = [election, trustees, credentials].map((record) => sha256Hex(utf8(record)));
  if (named !== JSON.stringify({ election: e, trustees: t, credentials: c })) throw broken("setup_data");
  return [election, trustees, credentials];
}

const hashIn = (name: string): string => name.slice(0, 64);

function nameFits(name: string, raw: Uint8Array): boolean {
  return /^[0-9a-f]{64}\.(data|event)\.json$/.test(name) && sha256Hex(raw) === hashIn(name);
}

function timestampOf(name: string, raw: Uint8Array): number {
  const found = /^\{"version":1,"timestamp":(?:"([0-9]{1,11})"|([0-9]{1,11}))\}$/.exec(decode(raw));
  if (name !== "BELENIOS" || found === null) throw broken("BELENIOS");
  return Number(found[1] ?? found[2]);
}

function decode(raw: Uint8Array): string {
  try {
    return fromUtf8(raw);
  } catch {
    throw broken("utf-8");
  }
}

function octal(header: Uint8Array, at: number): number {
  const digits = String.fromCharCode(...header.subarray(at, at + 11));
  if (!/^[0-7]{11}$/.test(digits)) throw broken("header");
  return parseInt(digits, 8);
}

function nameOf(header: Uint8Array): string {
  const end = header.indexOf(0);
  if (end < 1 || end > 99) throw broken("header");
  return String.fromCharCode(...header.subarray(0, end));
}

/** The only header the tools write: v7 tar, constant mode, owner and time. */
function makeHeader(name: string, size: number, timestamp: number): Uint8Array {
  const header = new Uint8Array(BLOCK);
  const put = (text: string, at: number): void => header.set(utf8(text), at);
  put(name, 0);
  put("0000644", 100);
  put("0000000", 108);
  put("0000000", 116);
  put(size.toString(8).padStart(11, "0"), 124);
  put(timestamp.toString(8).padStart(11, "0"), 136);
  put("        ", 148);
  put("0", 156);
  const checksum = header.reduce((sum, byte) => sum + byte, 0);
  put(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function broken(where: string): Refusal {
  return new Refusal(
    "ARCHIVE",
    `票箱文件不完整或被改动过（${where}），请重新下载；若仍如此，请报告选举委员会。`,
    `The ballot archive is incomplete or was altered (${where}); download it again, and if it stays so tell the election committee.`,
  );
}
