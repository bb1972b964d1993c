/**
 * Listens for requests to read the policies again, and keeps one that comes before anybody can serve it: the file may have
 * changed after it was read for the start.
 * @param source - has an event `reload` for each request
 * @returns to be given, once, what serves them
 */
export function reloadRequests(source: EventTarget, signal: AbortSignal): (serve: () => void) => void {
  let served: (() => void) | undefined;
  let isWaiting = false;
  const onRequest = (): void => {
    if (served === undefined) isWaiting = true;
    else served();
  };
  source.addEventListener("reload", onRequest, { signal });
  return (serve) => {
    served = serve;
    if (isWaiting) serve();
  };
}
