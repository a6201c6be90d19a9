// The page's end of the worker.

/** Draws and checks, one after the other, in a worker of its own; the promises fail with what worker.js says. */
export class Generator {
  #name;
  #worker = null;
  #waiting = new Map();
  #next = 0;

  /** @param {boolean} trusting whether the models have passed the self-test before. */
  constructor(trusting) {
    this.#name = trusting ? "trusting" : "";
  }

  /** A PNG of a face as painter.js describes it, and the milliseconds that it took. */
  draw(face) {
    return this.#ask("draw", face);
  }

  /** The self-test of a resolution's model. */
  check(resolution) {
    return this.#ask("check", { resolution });
  }

  #ask(task, face) {
    this.#worker ??= this.#start();
    return new Promise((resolve, reject) => {
      const message = { id: this.#next++, task, face };
      this.#waiting.set(message.id, { resolve, reject, message });
      this.#worker.postMessage(message);
    });
  }

  #start() {
    const worker = new Worker("worker.js", { name: this.#name });
    worker.onmessage = ({ data: { id, result, problem } }) => {
      if (worker !== this.#worker) return; // it was stopped with an answer on its way
      const { resolve, reject } = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (!problem) return resolve(result);
      reject(new Error(problem));
      this.#stop(); // a runtime that ran out of memory does not run again: what waits goes to a new one
      if (this.#waiting.size) this.#worker = this.#start();
      for (const { message } of this.#waiting.values()) this.#worker.postMessage(message);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      this.#stop();
      const problem = "The generator does not start. Load this page again; if that does not help, the browser is too old.";
      for (const { reject } of this.#waiting.values()) reject(new Error(problem));
      this.#waiting.clear();
    };
    return worker;
  }

  #stop() {
    this.#worker.terminate();
    this.#worker = null;
  }
}
