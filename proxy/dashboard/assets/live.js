// Asking the API, once a second while somebody looks.

const every = 1000;
const patience = 5000; // until an answer counts as missing

let token = sessionStorage.getItem("token") ?? "";

export function useToken(value) {
  token = value.trim();
  sessionStorage.setItem("token", token);
}

// Refused is an answer that is an error; status is its HTTP status.
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

// ask gets JSON, or posts it.
export async function ask(path, body) {
  const headers = token ? { Authorization: `Bearer ${token}` } : {};
  const order = body && { method: "POST", body: JSON.stringify(body) };
  if (order) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { ...order, headers, cache: "no-store", signal: AbortSignal.timeout(patience) });
  const text = await answer.text();
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    value = { error: text.slice(0, 200) || answer.statusText };
  }
  if (!answer.ok) throw new Refused(answer.status, value.error ?? `HTTP ${answer.status}`);
  return value;
}

// Live asks for path() again and again and hands on what comes: heard(value) or missed(error). A hidden page asks nothing.
export class Live {
  #timer = 0;
  #asking = false;
  #again = false;

  constructor(path, heard, missed) {
    Object.assign(this, { path, heard, missed });
    document.addEventListener("visibilitychange", () => this.#visible());
  }

  // now asks at once, or as soon as the answer under way is there.
  async now() {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#asking = true;
    try {
      this.heard(await ask(this.path()));
    } catch (error) {
      this.missed(error);
    }
    this.#asking = false;
    const wait = this.#again ? 0 : every;
    this.#again = false;
    if (!document.hidden) this.#timer = setTimeout(() => this.now(), wait);
  }

  #visible() {
    clearTimeout(this.#timer);
    if (!document.hidden) this.now();
  }
}
