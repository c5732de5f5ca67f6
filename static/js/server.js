// Asking this page's server in JSON. A refusal carries its sentence; no answer at all is an Offline.
const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";
export const english = document.documentElement.lang.startsWith("en");

export class Refused extends Error {
  constructor(answer, status) {
    super((english ? answer.en : answer.zh) ?? String(status));
    this.code = answer.code ?? "";
  }
}

export class Offline extends Error {}

async function ask(address, options) {
  let answer;
  try {
    answer = await fetch(address, { ...options, cache: "no-store", signal: AbortSignal.timeout(15000) });
  } catch {
    throw new Offline(address);
  }
  const value = await answer.json().catch(() => null);
  if (answer.ok && value !== null) return value;
  if (answer.status === 401) location.reload();
  if (value === null) throw new Offline(address);
  throw new Refused(value, answer.status);
}

export const get = (address) => ask(address, { headers: { Accept: "application/json" } });

export const post = (address, value) =>
  ask(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token() },
    body: JSON.stringify(value),
  });
