const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const values: ReadonlyMap<string, number> = new Map([
  ...[...alphabet].map((letter, index): [string, number] => [letter, index]),
  ["-", 62],
  ["_", 63],
]);

/**
 * Decodes base64 of either alphabet, with or without padding and line breaks; each byte becomes the character of its
 * number.
 * @returns `undefined` for what is no base64
 */
export function decodeBase64(text: string): string | undefined {
  const letters = text.replace(/\s/g, "").replace(/={1,2}$/, "");
  if (letters === "" || letters.length % 4 === 1) return undefined;
  const characters: string[] = [];
  let bits = 0;
  let count = 0;
  for (const letter of letters) {
    const value = values.get(letter);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    characters.push(String.fromCharCode((bits >> count) & 0xff));
  }
  return characters.join("");
}
