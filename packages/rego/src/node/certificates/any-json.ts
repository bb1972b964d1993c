import { decodeText, formatCertificateTime, readTime, X509Error } from "@kubewarden-ts/x509";
import {
  type DerElement,
  derReader,
  enter,
  isAtEnd,
  readBitString,
  readBoolean,
  readElement,
  readInteger,
  readObjectIdentifier,
  tags,
} from "@kubewarden-ts/x509/der";
import { BuiltinError } from "../../errors.ts";
import type { PlainValue } from "../go/plain-value.ts";
import { attributeJson, objectIdentifier } from "./name-json.ts";

/**
 * A value of any type as Go reads one into an `any`; `null` for types it does not know.
 * @throws {X509Error}, {BuiltinError} for a malformed value of a type it knows
 */
export function anyJson({ tag, content, raw }: DerElement): PlainValue {
  const what = "attribute value";
  const reader = derReader(raw);
  switch (tag) {
    case tags.boolean:
      return readBoolean(reader, what);
    case tags.integer:
      return int64(readInteger(reader, what));
    case tags.bitString:
      return bitStringJson(raw);
    case tags.octetString:
      return content;
    case tags.objectIdentifier:
      return objectIdentifier(readObjectIdentifier(reader, what));
    case tags.utcTime:
    case tags.generalizedTime:
      return formatCertificateTime(readTime(reader));
    case tags.printableString:
    case tags.numericString:
    case tags.ia5String:
    case tags.t61String:
    case tags.utf8String:
    case tags.bmpString:
      return known(decodeText(tag, content));
    default:
      return null;
  }
}

function int64(value: bigint): bigint {
  if (BigInt.asIntN(64, value) !== value) throw new BuiltinError("an integer of more than 64 bits");
  return value;
}

function bitStringJson(raw: Uint8Array): PlainValue {
  const { bytes, unusedBits } = readBitString(derReader(raw), "attribute value");
  return { Bytes: bytes, BitLength: bytes.length * 8 - unusedBits };
}

function known(text: string | undefined): string {
  if (text === undefined) throw new BuiltinError("a string with characters that it may not have");
  return text;
}

/** The attributes of a request that hold lists of attributes themselves: Go leaves the others out. */
export function requestAttributesJson(attributes: readonly Uint8Array[]): PlainValue[] {
  return attributes.flatMap((der) => {
    try {
      return [requestAttributeJson(der)];
    } catch (error) {
      if (!(error instanceof X509Error || error instanceof BuiltinError)) throw error;
      return [];
    }
  });
}

function requestAttributeJson(der: Uint8Array): PlainValue {
  const what = "attribute";
  const reader = enter(derReader(der), tags.sequence, what);
  const type = readObjectIdentifier(reader, what);
  const list = enter(reader, tags.set, what);
  const value: PlainValue[] = [];
  while (!isAtEnd(list)) {
    const inner = enter(list, tags.sequence, what);
    const attributes: PlainValue[] = [];
    while (!isAtEnd(inner)) {
      const attribute = enter(inner, tags.sequence, what);
      const innerType = readObjectIdentifier(attribute, what);
      attributes.push(attributeJson({ type: innerType, value: anyJson(readElement(attribute, what)) }));
    }
    value.push(attributes);
  }
  return { Type: objectIdentifier(type), Value: value };
}
