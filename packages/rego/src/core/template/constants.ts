import { BuiltinError } from "../../errors.ts";

const escapes: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** The text of a constant in quotes, as Go reads it. @throws {BuiltinError} */
export function unquoteGo(quoted: string): string {
  const quote = quoted[0] ?? "";
  const body = quoted.slice(1, -1);
  if (quote === "`") return body.replaceAll("\r", "");
  return body.replaceAll(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.)/gs,
    (_all, code: string) => {
      if (/^[xuU]./.test(code)) return characterOf(Number.parseInt(code.slice(1), 16));
      if (/^[0-7]{3}$/.test(code)) return characterOf(Number.parseInt(code, 8));
      const character = escapes[code] ?? (code === "\\" || code === quote ? code : undefined);
      if (character === undefined) throw new BuiltinError("template: invalid syntax in a quoted constant");
      return character;
    },
  );
}

function characterOf(code: number): string {
  if (code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
    throw new BuiltinError("template: invalid character");
  return String.fromCodePoint(code);
}

/** A whole number, or one of 64 bits with a fraction; a character is its number. @throws {BuiltinError} */
export function numberConstant(text: string): bigint | number {
  if (text.startsWith("'")) {
    const [character = "", ...others] = unquoteGo(text);
    if (character === "" || others.length > 0)
      throw new BuiltinError("template: malformed character constant");
    return BigInt(character.codePointAt(0) ?? 0);
  }
  const [, sign = "", digits = ""] = /^([+-]?)(.*)$/s.exec(text) ?? [];
  const plain = digits.replaceAll(/(?<=[0-9a-fA-FxXoObB])_(?=[0-9a-fA-F])/g, "");
  const octal = /^0[0-7]+$/.test(plain) ? `0o${plain.slice(1)}` : plain;
  if (/^(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0|[1-9][0-9]*)$/.test(octal)) {
    const value = sign === "-" ? -BigInt(octal) : BigInt(octal);
    if (BigInt.asIntN(64, value) === value) return value;
    throw new BuiltinError("template: integer overflow");
  }
  const value = Number(plain);
  if (!/^(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(plain) || !Number.isFinite(value)) {
    throw new BuiltinError("template: bad number syntax");
  }
  return sign === "-" ? -value : value;
}
