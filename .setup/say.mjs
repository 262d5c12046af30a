/**
 * What set-up tells people, on standard error alone: standard output belongs to the program (`--json`). Used by the
 * scripts beside it.
 */

/** One line. */
export function say(text) {
  process.stderr.write(`${text}\n`);
}

/**
 * A task that takes a while: rewritten in place on a terminal, else a line at its start, one every fifteen seconds and
 * one at its end.
 *
 * @param {string} title
 * @returns {{note(text: string): void, end(result?: string): void}}
 */
export function task(title) {
  const started = Date.now();
  const live = process.stderr.isTTY === true;
  let detail = '';
  const line = (more) => {
    const seconds = Math.round((Date.now() - started) / 1000);
    return `Setting up: ${title}${more ? `, ${more}` : ''} (${seconds} s)`;
  };
  const redraw = () => {
    const width = (process.stderr.columns ?? 80) - 1;
    process.stderr.write(`\r\x1b[K${line(detail).slice(0, width)}`);
  };
  if (live) redraw();
  else say(`Setting up: ${title} …`);
  const timer = setInterval(() => (live ? redraw() : say(line(detail))), live ? 250 : 15_000);
  return {
    note(text) {
      detail = text;
    },
    end(result = 'done') {
      clearInterval(timer);
      if (live) process.stderr.write('\r\x1b[K');
      say(line(result));
    },
  };
}
