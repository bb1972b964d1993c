/** The order in which go-yaml writes keys: letters before others, digits by the number that they make. */
export function compareYamlKeys(left: readonly string[], right: readonly string[]): number {
  let isAfterDigits = false;
  const shared = Math.min(left.length, right.length);
  for (let at = 0; at < shared; at++) {
    const [a, b] = [left[at]!, right[at]!];
    if (a !== b) return compareFrom({ left, right, at, isAfterDigits });
    isAfterDigits = isDigit(a);
  }
  return left.length - right.length;
}

interface Place {
  readonly left: readonly string[];
  readonly right: readonly string[];
  /** where they differ first */
  readonly at: number;
  readonly isAfterDigits: boolean;
}

function compareFrom({ left, right, at, isAfterDigits }: Place): number {
  const [a, b] = [left[at]!, right[at]!];
  const [isLeftLetter, isRightLetter] = [isLetter(a), isLetter(b)];
  if (isLeftLetter && isRightLetter) return codeOf(a) - codeOf(b);
  if (isLeftLetter || isRightLetter) return isLeftLetter === isAfterDigits ? -1 : 1;
  const start = (a === "0" || b === "0") && hasDigitBefore(left, at) ? 1n : 0n;
  const [first, second] = [readNumber(left, at, start), readNumber(right, at, start)];
  if (first.value !== second.value) return first.value < second.value ? -1 : 1;
  return first.end - second.end || codeOf(a) - codeOf(b);
}

/** Whether the digits just before are more than zeros. */
function hasDigitBefore(text: readonly string[], at: number): boolean {
  for (let index = at - 1; index >= 0 && isDigit(text[index]!); index--) {
    if (text[index] !== "0") return true;
  }
  return false;
}

/** The number is one of 64 bits, and overflows. */
function readNumber(text: readonly string[], at: number, start: bigint): { value: bigint; end: number } {
  let value = start;
  let end = at;
  for (; end < text.length && isDigit(text[end]!); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codeOf(text[end]!) - 48));
  }
  return { value, end };
}

function isDigit(character: string): boolean {
  return /^\p{Nd}$/u.test(character);
}
function isLetter(character: string): boolean {
  return /^\p{L}$/u.test(character);
}
function codeOf(character: string): number {
  return character.codePointAt(0) ?? 0;
}
