/**
 * Reads the body of a request. What is over the limit is thrown away as it comes, so that a client that sends everything
 * before it reads still gets its answer.
 * @returns `undefined` when it is longer than `maxBytes`
 * @throws when the connection breaks
 */
export async function readBody(
  request: AsyncIterable<Buffer>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.byteLength;
    if (length <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length > maxBytes ? undefined : Buffer.concat(chunks, length);
}
