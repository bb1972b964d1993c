/** Where somebody reads along. */
export interface Terminal {
  write(text: string): unknown;
  /** Characters in a line. */
  readonly columns?: number;
}

/** One line that tells what goes on, and is gone when it is over. Without a terminal there is none. */
export interface StatusLine {
  /** Shows a text until it is disposed of. */
  begin(text: string): Status;
  /** Takes the line away for something else to be written; it comes back. */
  hide(): void;
}

export interface Status extends Disposable {
  update(text: string): void;
}

const frames = [..."⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"];
const frameMs = 100;
const clearLine = "\r\u001b[K";
const defaultColumns = 80;

/**
 * @param options.terminal - nothing when output goes to a file or a pipe
 * @param options.every - runs something every so many milliseconds, until what it returns is called
 */
export function createStatusLine({
  terminal,
  every = everyInterval,
}: {
  readonly terminal: Terminal | undefined;
  readonly every?: (ms: number, run: () => void) => () => void;
}): StatusLine {
  if (terminal === undefined) return { begin: () => ({ update() {}, [Symbol.dispose]() {} }), hide() {} };
  let isShown = false;
  const hide = (): void => {
    if (isShown) terminal.write(clearLine);
    isShown = false;
  };
  return {
    hide,
    begin(first) {
      let text = first;
      let frame = 0;
      const show = (): void => {
        const line = `${frames[frame % frames.length]} ${text}`;
        // a line that is wrapped could not be taken away
        terminal.write(clearLine + line.slice(0, (terminal.columns ?? defaultColumns) - 1));
        isShown = true;
        frame++;
      };
      show();
      const stop = every(frameMs, show);
      return {
        update(next) {
          text = next;
        },
        [Symbol.dispose]() {
          stop();
          hide();
        },
      };
    },
  };
}

function everyInterval(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
