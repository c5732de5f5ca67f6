// The election record: read strictly, hashed as it stands, never written again (ballot-protocol §6).
import { Refusal } from "../refusal.ts";
import { sha256Base64, utf8 } from "./encoding.ts";
import { GROUP, NEUTRAL, parse, withTables, type Element } from "./group.ts";

export interface Question {
  readonly question: string;
  readonly answers: readonly string[];
  readonly blank: boolean;
  readonly min: number;
  readonly max: number;
}

export interface Election {
  readonly record: string;
  readonly uuid: string;
  readonly name: string;
  readonly publicKey: string;
  readonly key: Element;
  readonly questions: readonly Question[];
  readonly fingerprint: string;
}

export function parseElection(record: string): Election {
  const fields = object(parseJson(record));
  if (fields["version"] !== 1 || fields["group"] !== GROUP) throw malformed();
  const uuid = string(fields["uuid"]);
  if (!/^[1-9A-HJ-NP-Za-km-z]{14,64}$/.test(uuid)) throw malformed();
  const questions = fields["questions"];
  if (!Array.isArray(questions) || questions.length === 0 || questions.length > 100) throw malformed();
  const publicKey = string(fields["public_key"]);
  const key = parse(publicKey);
  if (key.equals(NEUTRAL)) throw malformed();
  return {
    record,
    uuid,
    name: string(fields["name"]),
    publicKey,
    key: withTables(key),
    questions: questions.map(parseQuestion),
    fingerprint: sha256Base64(utf8(record)),
  };
}

function parseQuestion(value: unknown): Question {
  const fields = object(value);
  const answers = fields["answers"];
  const { min, max } = fields as { min: unknown; max: unknown };
  const blank = fields["blank"] ?? false;
  if (!Array.isArray(answers) || answers.length === 0 || answers.length > 1000) throw malformed();
  if (typeof blank !== "boolean" || typeof min !== "number" || typeof max !== "number") throw malformed();
  if (!Number.isInteger(min) || !Number.isInteger(max)) throw malformed();
  if (min < 0 || max < min || max > answers.length) throw malformed();
  return { question: string(fields["question"]), answers: answers.map(string), blank, min, max };
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw malformed();
  }
}

function object(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw malformed();
  return value as Record<string, unknown>;
}

function string(value: unknown): string {
  if (typeof value !== "string") throw malformed();
  return value;
}

function malformed(): Refusal {
  return new Refusal(
    "ELECTION_RECORD",
    "选举设置的记录格式不对，请刷新页面；若仍如此，请报告选举委员会。",
    "The election record is not in its form; reload the page, and if it stays so tell the election committee.",
  );
}
