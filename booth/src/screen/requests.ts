// Talking to the server: JSON with the page's CSRF token, refusals as {code, zh, en}.
import { Refusal } from "../refusal.ts";

export async function postJson(url: string, body: unknown): Promise<unknown> {
  const token = document.querySelector<HTMLMetaElement>("meta[name=csrf-token]")?.content ?? "";
  const response = await reach(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-CSRFToken": token },
    body: JSON.stringify(body),
  });
  return response.json().catch(() => null) as Promise<unknown>;
}

export async function getJson(url: string): Promise<Record<string, unknown>> {
  const response = await reach(url, { headers: { Accept: "application/json" } });
  const value = (await response.json().catch(() => null)) as unknown;
  if (typeof value !== "object" || value === null) throw unreadable(response.status);
  return value as Record<string, unknown>;
}

export async function getBytes(url: string): Promise<Uint8Array> {
  const response = await reach(url, { headers: { Accept: "application/octet-stream, application/json;q=0.5" } });
  return new Uint8Array(await response.arrayBuffer());
}

async function reach(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, { credentials: "same-origin", cache: "no-store", redirect: "error", ...init });
  } catch {
    throw new Refusal(
      "NETWORK",
      "连不上服务器，什么都没有改动。请检查网络后再点一次。",
      "The server cannot be reached; nothing was changed. Check the network and press the button again.",
    );
  }
  if (response.ok) return response;
  const said = (await response.json().catch(() => null)) as { code?: unknown; zh?: unknown; en?: unknown } | null;
  if (typeof said?.code === "string" && typeof said.zh === "string" && typeof said.en === "string") {
    throw new Refusal(said.code, said.zh, said.en);
  }
  throw unreadable(response.status);
}

function unreadable(status: number): Refusal {
  return new Refusal(
    "SERVER_ANSWER",
    `服务器没有按约定回答（${status}）。请刷新页面、重新登录后再试。`,
    `The server's answer cannot be read (${status}). Reload the page, sign in again and retry.`,
  );
}

/** The address a page was given for one of its requests; a page without it does not offer the step. */
export const address = (root: HTMLElement, name: string): string | null => root.getAttribute(`data-${name}-url`);
