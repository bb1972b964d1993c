/** So much is read between two looks of the garbage collector. */
const everyBytes = 2_000_000;
/** Enough for it to look; nobody writes there, so it takes no memory of the system. */
const hintBytes = 33 * 1024 * 1024;

/**
 * Makes the garbage collector look in time. What is read comes in buffers of 64 KB that are garbage soon, and it looks
 * when there are tens of megabytes of them: the process would stay that much bigger for good, four times what 10 000
 * small objects take. A look costs some milliseconds, most of them in another thread.
 * @returns tell it what was read
 */
export function createGarbageHint(): (readBytes: number) => void {
  let sinceBytes = 0;
  return (readBytes) => {
    sinceBytes += readBytes;
    if (sinceBytes < everyBytes) return;
    sinceBytes = 0;
    void new ArrayBuffer(hintBytes);
  };
}
