// The 6 × 5 digits as they are typed: each group is checked the moment its fifth digit arrives. Pure.
import { checkGroup } from "../client.ts";

export const GROUPS = 6;
const LENGTH = 5;

export type Entry = readonly string[];
export type GroupState = "empty" | "typing" | "right" | "wrong";

export const EMPTY: Entry = ["", "", "", "", "", ""];

export function stateOf(entry: Entry, group: number): GroupState {
  const digits = entry[group] ?? "";
  if (digits === "") return "empty";
  if (digits.length < LENGTH) return "typing";
  return checkGroup(group, digits) ? "right" : "wrong";
}

/** The group the next digit goes to: the first that is not right; 6 when the card is complete. */
export function current(entry: Entry): number {
  const group = entry.findIndex((_, index) => stateOf(entry, index) !== "right");
  return group === -1 ? GROUPS : group;
}

export const complete = (entry: Entry): boolean => current(entry) === GROUPS;

const replaced = (entry: Entry, group: number, digits: string): Entry =>
  entry.map((old, index) => (index === group ? digits : old));

/** A digit after a wrong group begins that group anew: nobody has to find the delete key first. */
export function press(entry: Entry, digit: string): Entry {
  const group = current(entry);
  if (group === GROUPS) return entry;
  const digits = stateOf(entry, group) === "wrong" ? "" : (entry[group] ?? "");
  return replaced(entry, group, digits + digit);
}

export function erase(entry: Entry): Entry {
  const group = current(entry);
  const last = group < GROUPS && entry[group] !== "" ? group : group - 1;
  return last < 0 ? entry : replaced(entry, last, (entry[last] ?? "").slice(0, -1));
}

/** All groups at once, from a scan. */
export function fill(digits: string): Entry {
  return EMPTY.map((_, group) => digits.slice(group * LENGTH, (group + 1) * LENGTH));
}
