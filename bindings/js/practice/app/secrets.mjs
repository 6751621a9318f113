// The credentials at rest: which are kept, and what of them may be shown.
import { Engine, Sts } from "libsts";

const NAMES = ["username", "password", "pincode"];

export class Secrets {
  #database;
  #vault;

  constructor({ database, vault }) {
    this.#database = database;
    this.#vault = vault;
  }

  /** Which are kept: `{ username, password, pincode }` of booleans. */
  get kept() {
    const names = this.#database.all("SELECT name FROM secret").map(({ name }) => name);
    return Object.fromEntries(NAMES.map((name) => [name, names.includes(name)]));
  }

  /** Whether some are kept that the key does not open. */
  get locked() {
    return this.#readable() === null;
  }

  /** The identification code, which the settings show; null when there is none, or no key for it. */
  get username() {
    return this.#readable()?.username ?? null;
  }

  /** What libsts remarks on them as they were typed. */
  get advice() {
    return Sts.advice(this.#readable() ?? {}).reasons;
  }

  /** As libsts takes them: all three, or null. Throws when the key does not open them. */
  get credentials() {
    const { username, password, pincode } = this.#open();
    return username && password && pincode ? { username, password, pincode } : null;
  }

  /**
   * Keeps what is given. An absent one stays as it is, for which the key must be the one they were
   * sealed with; all three are kept under whatever key there is. Throws what `assertCredentials`
   * throws, and has kept nothing then.
   */
  keep(given, settings) {
    const all = NAMES.every((name) => given[name]) ? given : { ...this.#open(), ...given };
    assertCredentials(settings, all);
    this.#database.together(() => {
      for (const [name, text] of Object.entries(all)) {
        this.#database.run(
          "INSERT INTO secret (name, sealed) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed",
          name,
          this.#vault.seal(name, text),
        );
      }
    });
  }

  #open() {
    const rows = this.#database.all("SELECT name, sealed FROM secret");
    return Object.fromEntries(rows.map(({ name, sealed }) => [name, this.#vault.open(name, sealed)]));
  }

  #readable() {
    try {
      return this.#open();
    } catch {
      return null;
    }
  }
}

/** Has libsts look at credentials; it looks at all three, so others stand for what is missing. */
export function assertCredentials(settings, given) {
  const engine = new Engine(settings);
  try {
    engine.setCredentials({ username: "-", password: "-", pincode: "0", ...given });
  } finally {
    engine.free();
  }
}
