// Every refusal says in one sentence, in Chinese and in English, what is wrong and what to do.

export interface Sentence {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

export class Refusal extends Error implements Sentence {
  constructor(
    readonly code: string,
    readonly zh: string,
    readonly en: string,
  ) {
    super(`${code}: ${en}`);
    this.name = "Refusal";
  }
}

export function sentenceOf(error: unknown): Sentence {
  if (error instanceof Refusal) return { code: error.code, zh: error.zh, en: error.en };
  const detail = error instanceof Error ? error.message : String(error);
  return {
    code: "BROWSER_FAULT",
    zh: `浏览器中的程序出错（${detail}），什么都没有发送。请刷新页面再试。`,
    en: `The program in the browser failed (${detail}); nothing was sent. Reload the page and try again.`,
  };
}
