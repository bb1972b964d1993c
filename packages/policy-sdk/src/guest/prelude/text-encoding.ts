/** UTF-8, the only encoding: as of the Encoding Standard, without streaming. */
export class TextEncoder {
  readonly encoding = "utf-8";

  encode(text = ""): Uint8Array {
    // Percent-encoding is the engine's own, native way to UTF-8.
    const escaped = encodeURIComponent(text.toWellFormed());
    const bytes: number[] = [];
    for (let index = 0; index < escaped.length; index++) {
      const unit = escaped.charCodeAt(index);
      bytes.push(unit === 0x25 ? Number.parseInt(escaped.slice(index + 1, index + 3), 16) : unit);
      if (unit === 0x25) index += 2;
    }
    return Uint8Array.from(bytes);
  }
}

/** UTF-8, the only encoding: malformed bytes become U+FFFD, or throw when `fatal`. */
export class TextDecoder {
  readonly encoding = "utf-8";
  readonly fatal: boolean;
  readonly ignoreBOM: boolean;

  constructor(
    label = "utf-8",
    { fatal = false, ignoreBOM = false }: { fatal?: boolean; ignoreBOM?: boolean } = {},
  ) {
    if (!/^\s*utf-?8\s*$/i.test(label))
      throw new RangeError(`the encoding ${label} is not available in a policy`);
    this.fatal = fatal;
    this.ignoreBOM = ignoreBOM;
  }

  decode(source: Uint8Array | ArrayBuffer = new Uint8Array()): string {
    const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
    let text = "";
    for (let index = 0; index < bytes.length; ) {
      const { codePoint, length } = decodeOne(bytes, index);
      if (codePoint === undefined && this.fatal) throw new TypeError("the bytes are not UTF-8");
      text += String.fromCodePoint(codePoint ?? 0xfffd);
      index += length;
    }
    return !this.ignoreBOM && text.startsWith("\uFEFF") ? text.slice(1) : text;
  }
}

/** The code point at an index, or how many malformed bytes count as one error. */
function decodeOne(bytes: Uint8Array, index: number): { codePoint?: number; length: number } {
  const lead = bytes[index]!;
  if (lead < 0x80) return { codePoint: lead, length: 1 };
  const following = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  if (lead < 0xc2 || lead > 0xf4) return { length: 1 };
  let codePoint = lead & (0x3f >> following);
  for (let position = 1; position <= following; position++) {
    const byte = bytes[index + position];
    const [least, most] = position === 1 ? secondByteRange(lead) : [0x80, 0xbf];
    if (byte === undefined || byte < least || byte > most) return { length: position };
    codePoint = (codePoint << 6) | (byte & 0x3f);
  }
  return { codePoint, length: following + 1 };
}

/** Narrower than 0x80 to 0xbf where overlong forms, surrogates and code points that do not exist would start. */
function secondByteRange(lead: number): readonly [number, number] {
  switch (lead) {
    case 0xe0:
      return [0xa0, 0xbf];
    case 0xed:
      return [0x80, 0x9f];
    case 0xf0:
      return [0x90, 0xbf];
    case 0xf4:
      return [0x80, 0x8f];
    default:
      return [0x80, 0xbf];
  }
}
