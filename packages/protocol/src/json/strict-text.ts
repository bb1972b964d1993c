// What JSON.parse accepts although two readers may read it differently. Both rely on the text being JSON.

/** A key that stands twice in one object, whichever way it is written; `undefined` when there is none. */
export function repeatedKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  for (let position = 0; position < text.length; position++) {
    const unit = text[position];
    if (unit === "{") open.push(new Set());
    else if (unit === "[") open.push(undefined);
    else if (unit === "}" || unit === "]") open.pop();
    else if (unit === '"') {
      const end = endOfString(text, position);
      string = text.slice(position, end);
      position = end - 1;
    } else if (unit === ":") {
      const key = String(JSON.parse(string));
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

/** The index after the quote that ends the string beginning at `start`. */
function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (text[position] !== '"') position += text[position] === "\\" ? 2 : 1;
  return position + 1;
}

/** Whether an escape stands for half a character (a lone surrogate), which no text in UTF-8 holds. */
export function hasLoneSurrogate(text: string): boolean {
  if (!text.includes("\\u")) return false;
  let highEndsAt = -1;
  for (const { 1: digits, index } of text.matchAll(/\\(?:u([0-9a-fA-F]{4})|.)/gs)) {
    const unit = digits === undefined ? 0 : Number.parseInt(digits, 16);
    const isLow = unit >= 0xdc00 && unit <= 0xdfff;
    const isCompleted = isLow && index === highEndsAt;
    if (!isCompleted && (isLow || highEndsAt !== -1)) return true;
    highEndsAt = unit >= 0xd800 && unit <= 0xdbff ? index + 6 : -1;
  }
  return highEndsAt !== -1;
}
