export {
  constructedTag,
  contextTag,
  type DerElement,
  type DerReader,
  derReader,
  enter,
  enterOptional,
  isAtEnd,
  isNext,
  readContent,
  readElement,
  tags,
} from "./reader.ts";
export {
  type BitString,
  formatObjectIdentifier,
  readBitString,
  readBoolean,
  readInteger,
  readNumber,
  readObjectIdentifier,
} from "./values.ts";
