/**
 * Opens a socket to the box at every address that it is known by, all at once, and keeps the first that
 * is there. The others are closed before anything is said, so a token only ever goes over the one that
 * won, whose certificate the browser has checked.
 */

/** @typedef {{ id: string | null, origins: string[] }} KnownBox as the last welcome told it */

/** The page's own origin goes first; each other one starts a moment later, not after the one before. */
const HEAD_START_MS = 150;

export class Race {
  #won;
  #lost;
  /** @type {Set<WebSocket>} */
  #running = new Set();
  /** @type {ReturnType<typeof setTimeout>[]} */
  #starts = [];
  #waiting;

  /**
   * @param {string[]} addresses WebSocket addresses, the likeliest first
   * @param {(socket: WebSocket) => void} won takes over the open socket
   * @param {() => void} lost called when none has opened
   */
  constructor(addresses, won, lost) {
    this.#won = won;
    this.#lost = lost;
    this.#waiting = addresses.length;
    this.#starts = addresses.map((address, place) =>
      setTimeout(() => this.#start(address), place * HEAD_START_MS),
    );
  }

  /** Nobody wins any more. */
  stop() {
    for (const start of this.#starts) clearTimeout(start);
    for (const socket of this.#running) quieten(socket).close();
    this.#running.clear();
  }

  /** @param {string} address */
  #start(address) {
    const socket = new WebSocket(address);
    this.#running.add(socket);
    socket.onopen = () => {
      this.#running.delete(socket);
      this.stop();
      this.#won(quieten(socket));
    };
    socket.onclose = () => {
      this.#running.delete(socket);
      this.#waiting -= 1;
      if (this.#waiting === 0) this.#lost();
    };
  }
}

/**
 * The sockets of the page's own origin and of the others that the box is known by. They name the box:
 * an address may be another's by now.
 * @param {KnownBox} box
 * @param {string} [own]
 */
export function socketAddresses({ id, origins }, own = location.origin) {
  // A page of the machine itself speaks to that machine; from there no name of the network is needed.
  const others = own.startsWith("https:") ? origins.filter((origin) => origin !== own) : [];
  const query = id ? `?box=${id}` : "";
  return [own, ...others].map((origin) => `${origin.replace(/^http/, "ws")}/ws${query}`);
}

/** @param {WebSocket} socket */
function quieten(socket) {
  socket.onopen = socket.onclose = null;
  return socket;
}
