// The form of the holder and the credentials: what was typed, what of it is wrong, what follows.
import { Sts } from "libsts";

import { assertCredentials } from "../../secrets.mjs";

const SECRETS = ["password", "pincode"];
/** Fields of structures, which libsts takes in the profile under the same names. */
export const CODES = ["codiceRegione", "codiceAsl", "codiceSSA", "sede"];
/** What libsts takes as policy, under the same names. */
export const POLICY = ["bollo", "cassaPrevidenziale", "nonSanitaria", "tipoSpesa"];
const TEXTS = ["cfProprietario", "pIva", "categoria", "username", "accesso", ...CODES, ...POLICY];

/** The form as it is kept. */
export function keptForm({ office }) {
  const { profile = {}, policy } = office.settings ?? {};
  const username = office.secrets.username ?? profile.cfProprietario;
  const more = profile.accesso || CODES.some((name) => profile[name]) || policy;
  const values = { categoria: "psicologo", ...policy, ...profile, username, strutture: Boolean(more) };
  return { values, errors: {} };
}

/**
 * The form as it was typed. `wrong` says that something of it is, with the sentence for each field in
 * `errors`; otherwise `profile`, `policy` and the credentials `given` are what is to be kept.
 */
export function holderForm(sent, { office, lang, words }) {
  // Who sends credentials alone changes nothing else.
  const typed = sent.cfProprietario === undefined ? { ...asTyped(keptForm({ office }).values), ...sent } : sent;
  const values = { strutture: typed.strutture === "1" };
  for (const name of TEXTS) values[name] = text(typed[name]).trim();
  for (const name of ["cfProprietario", "pIva"]) values[name] = values[name].toUpperCase().replace(/\s+/g, "");
  // It follows the tax code as long as nobody says otherwise.
  values.username ||= values.cfProprietario;

  const form = {
    values,
    errors: {},
    get wrong() {
      return Object.keys(this.errors).length > 0;
    },
    refuse: (error) => refuse(form, error, words.settings),
  };
  const { errors } = form;
  const cf = Sts.codiceFiscale(values.cfProprietario);
  if (!cf.valid) errors.cfProprietario = sentence(cf, lang);
  const pIva = Sts.partitaIva(values.pIva);
  if (!pIva.valid) errors.pIva = sentence(pIva, lang);

  form.profile = { categoria: values.categoria, cfProprietario: values.cfProprietario, pIva: values.pIva };
  form.policy = null;
  if (values.strutture) {
    for (const name of ["accesso", ...CODES]) if (values[name]) form.profile[name] = values[name];
    const chosen = POLICY.filter((name) => values[name]).map((name) => [name, values[name]]);
    if (chosen.length > 0) form.policy = Object.fromEntries(chosen);
  }

  form.given = {};
  if (values.username !== office.secrets.username) form.given.username = values.username;
  // Secrets are kept as they are typed, blanks and all.
  for (const name of SECRETS) if (text(typed[name]) !== "") form.given[name] = text(typed[name]);
  if (office.secrets.locked) {
    for (const name of SECRETS) if (!form.given[name]) errors[name] = words.settings.key.again;
    form.given.username = values.username;
  }

  if (!form.wrong) {
    try {
      const settings = { profile: form.profile, policy: form.policy, ambiente: office.settings?.ambiente ?? "test" };
      Sts.settings(settings);
      assertCredentials(settings, form.given);
    } catch (error) {
      form.refuse(error);
    }
  }
  return form;
}

/** Values as a form sends them. */
function asTyped({ strutture, ...values }) {
  return { ...values, ...(strutture && { strutture: "1" }) };
}

/** The sentence of libsts for the code of a check. */
function sentence({ code, message }, lang) {
  const known = Sts.reasons().reasons.find((reason) => reason.code === code);
  return known === undefined ? message : known[lang];
}

/** Puts what libsts refuses at the field that it is about. */
function refuse(form, error, words) {
  const credential = error?.code === "ARGUMENT" ? error.path?.slice(1) : undefined;
  if (["username", ...SECRETS].includes(credential)) {
    form.errors[credential] = words.wrong[credential];
    return;
  }
  if (error?.code !== "SETTINGS") throw error;
  const path = error.path ?? "";
  // Of a profile as a whole, the sentence begins with the name of the field.
  const names = path === "/profile" ? (error.message.split(": ")[1] ?? "") : path.slice(path.lastIndexOf("/") + 1);
  const field = TEXTS.find((name) => names.startsWith(name)) ?? "form";
  form.errors[field] = words.wrong[field] ?? error.message;
  form.reason = error.message;
}

/** How a test of the credentials ended: a key of the words `said`, and the tone. */
export function credentialsCheck(outcome, { news }) {
  if (outcome === undefined) return ["testUnderWay", "info"];
  if (outcome === "with_next_file") return ["testWithNextFile", "info"];
  if (news === null) return ["testQueued", "info"];
  if (news.event === "credentials_accepted") return ["testRight", "success"];
  if (news.event === "credentials_refused") {
    return [news.code === "PASSWORD_EXPIRED" ? "testExpired" : "testRefused", "error"];
  }
  return [{ not_sent: "testNotSent", unknown: "testNoAnswer" }[news.end] ?? "testUnclear", "warning"];
}

/** What a form field holds as a text; files are not asked for. */
function text(value) {
  return typeof value === "string" ? value : "";
}
