// The settings in the browser, as a person fills them in.
import { CREDENTIALS } from "../../../test/support/simulator.mjs";

export const SETTINGS = "/impostazioni";

export const save = (page) => page.locator("#titolare").getByRole("button", { name: "Salva", exact: true }).click();
export const tryThem = (page) => page.getByRole("button", { name: "Test credenziali" }).click();
/** What the page says of the credentials. */
export const access = (page) => page.locator("#credenziali").innerText();
/** What it says of the act before. */
export const flash = (page) => page.locator(".flash").innerText();

/** Types credentials as a person, and saves. */
export async function type(page, { password, pincode } = CREDENTIALS) {
  await page.goto(SETTINGS);
  if (password !== undefined) await page.getByLabel("Password", { exact: true }).fill(password);
  if (pincode !== undefined) await page.getByLabel("Codice PIN").fill(pincode);
  await save(page);
}
