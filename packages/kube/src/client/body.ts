import { KubeError } from "../errors.ts";
import { type ByteWriter, createByteWriter } from "../json/byte-writer.ts";
import type { RawAnswer } from "./transport.ts";

/**
 * Reads a body to its end.
 * @param into - where it goes, in place of bytes of its own
 * @throws {KubeError} `KUBE_TOO_LARGE`, without reading on
 */
export async function readBody(
  answer: RawAnswer,
  { maxBytes, into }: { maxBytes: number; into?: ByteWriter | undefined },
): Promise<Uint8Array> {
  const writer = into ?? createByteWriter();
  const announced = Number(answer.headers["content-length"] ?? 0);
  await readChunks(answer, announced > maxBytes ? 0 : maxBytes + 1, writer);
  if (announced <= maxBytes && writer.length <= maxBytes) return into?.view() ?? writer.take();
  throw new KubeError(`the API server's answer has more than ${maxBytes} bytes`, { code: "KUBE_TOO_LARGE" });
}

/** Reads a body until it ends or so many bytes are there; the rest is not waited for. */
export async function readStart(answer: RawAnswer, maxBytes: number): Promise<Uint8Array> {
  const into = createByteWriter();
  await readChunks(answer, maxBytes, into);
  return into.view().subarray(0, maxBytes);
}

/** Copies: chunks are parts of big buffers, which they would keep alive. */
async function readChunks({ body }: RawAnswer, enough: number, into: ByteWriter): Promise<void> {
  into.truncate(0);
  for await (const chunk of body) {
    into.write(chunk);
    if (into.length >= enough) return;
  }
}
