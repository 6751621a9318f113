// Secrets at rest: AES-256-GCM under a key that does not lie in the database.
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { closeSync, fchmodSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

const NONCE = 12;
const TAG = 16;

/** The key does not open what is there, or is none. `code` is stable. */
export class VaultError extends Error {
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/** Seals and opens short texts, each under its own name, so that they cannot be swapped. */
export class Vault {
  #key;

  /** @param {Buffer} key 32 bytes */
  constructor(key) {
    if (key.length !== 32) throw new VaultError("KEY", "the key has 32 bytes: `openssl rand -base64 32` makes one");
    this.#key = key;
  }

  seal(name, text) {
    const nonce = randomBytes(NONCE);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(Buffer.from(name));
    const sealed = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
  }

  open(name, sealed) {
    const bytes = Buffer.from(sealed);
    try {
      const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, NONCE), { authTagLength: TAG });
      decipher.setAAD(Buffer.from(name));
      decipher.setAuthTag(bytes.subarray(NONCE, NONCE + TAG));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE + TAG)), decipher.final()]).toString("utf8");
    } catch {
      throw new VaultError("KEY_WRONG", "the stored credentials were sealed with another key");
    }
  }
}

/**
 * The key of an installation: PRACTICE_KEY in the environment, base64, or else the file
 * `practice.key` in the folder of the data, which is made at the first start for its owner alone.
 */
export function openVault(folder, environment = process.env) {
  const given = environment.PRACTICE_KEY;
  if (given !== undefined) return new Vault(Buffer.from(given, "base64"));
  const file = join(folder, "practice.key");
  let made;
  try {
    made = openSync(file, "wx", 0o600);
  } catch (error) {
    if (error.code !== "EEXIST") throw error;
  }
  if (made !== undefined) {
    fchmodSync(made, 0o600);
    writeSync(made, `${randomBytes(32).toString("base64")}\n`);
    // Without it on the disk, what is sealed in the database could not be opened again.
    fsyncSync(made);
    closeSync(made);
  }
  // Windows has no such modes.
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) {
    throw new VaultError("KEY_FILE_OPEN", `others may read ${file}: chmod 600 it`);
  }
  return new Vault(Buffer.from(readFileSync(file, "utf8").trim(), "base64"));
}
