export { ProtobufWriter } from "./protobuf-writer.ts";
