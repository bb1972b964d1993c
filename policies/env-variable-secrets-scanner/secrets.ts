import { decodeBase64 } from "./base64.ts";
import { detectors } from "./detectors.ts";

/** What secrets stand in a value, as it is or encoded in base64: their names, sorted, each once. */
export function findSecrets(value: string): string[] {
  const decoded = decodeBase64(value);
  const texts = decoded === undefined ? [value] : [value, decoded];
  const found = detectors.filter(({ pattern }) => texts.some((text) => pattern.test(text)));
  return found.map(({ reason }) => reason).sort();
}
