// The page's language decides the sentences of its programs: Chinese unless <html lang> says English.
import { sentenceOf } from "../refusal.ts";

export const isChinese = (): boolean => !document.documentElement.lang.toLowerCase().startsWith("en");

/** Two tables with the same keys; the one of the page's language. */
export const inLanguage = <T>(zh: T, en: T): T => (isChinese() ? zh : en);

export function sentence(error: unknown): string {
  const { zh, en } = sentenceOf(error);
  return inLanguage(zh, en);
}
