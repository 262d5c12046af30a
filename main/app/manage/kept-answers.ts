/**
 * Keeps the last few answers to questions that are asked again and again, such as those of the windows of one list. Used
 * by the lists of datasets and rows.
 */

export class Answers<T> {
  readonly #most: number;
  readonly #kept = new Map<string, Promise<T>>();

  constructor(most: number) {
    this.#most = most;
  }

  /** Whoever asks while the answer is being made waits for the same one. One that failed is not kept. */
  get(question: string, make: () => Promise<T>): Promise<T> {
    const kept = this.#kept.get(question);
    // Put at the end again: the one not asked for the longest time goes first.
    this.#kept.delete(question);
    const answer = kept ?? make();
    this.#kept.set(question, answer);
    if (!kept) {
      answer.catch(() => {
        if (this.#kept.get(question) === answer) this.#kept.delete(question);
      });
    }
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= this.#most) break;
      this.#kept.delete(oldest);
    }
    return answer;
  }
}
