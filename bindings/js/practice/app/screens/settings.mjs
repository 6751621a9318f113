// Sistema TS → Impostazioni: who sends, with which credentials, and what happens by itself.
import { Sts } from "libsts";

import { patiently, say } from "../app.mjs";
import { credentialsCheck, holderForm, keptForm } from "./settings/form.mjs";
import { CHANNELS, environmentQuestion, page, testQuestion } from "./settings/page.mjs";

const HERE = "/impostazioni";

export function settings(app) {
  app.get(HERE, (c) => page(c, keptForm(c.var)));

  app.post(HERE, async (c) => {
    const { office } = c.var;
    const form = holderForm(await c.req.parseBody(), c.var);
    if (!form.wrong) {
      const { profile, policy, given } = form;
      const { ambiente = "test", profile: before = null, policy: policyBefore = null } = office.settings ?? {};
      try {
        if (!same(profile, before) || !same(policy, policyBefore)) await office.configure({ profile, ambiente, policy });
        if (Object.keys(given).length > 0) await patiently(office.setCredentials(given));
      } catch (error) {
        form.refuse(error);
      }
    }
    if (form.wrong) {
      c.status(422);
      return page(c, form);
    }
    const { kept } = office.secrets;
    say(c, kept.password && kept.pincode ? "saved" : "savedWithoutCredentials");
    return c.redirect(HERE, 303);
  });

  app.get(`${HERE}/prova`, (c) => testQuestion(c));
  app.get(`${HERE}/prova/esito`, (c) => c.json({ running: c.var.office.testing }));
  app.post(`${HERE}/prova`, async (c) => {
    const { office } = c.var;
    const { ancora } = await c.req.parseBody();
    const { kept } = office.secrets;
    // A page of before; the one that follows asks for them.
    if (!kept.password || !kept.pincode) return c.redirect(HERE, 303);
    const outcome = await patiently(office.testCredentials(ancora === "1"));
    if (outcome === "refused_before") return c.redirect(`${HERE}/prova`, 303);
    const [key, tone] = credentialsCheck(outcome, office);
    say(c, key, {}, tone);
    return c.redirect(HERE, 303);
  });

  app.post(`${HERE}/automatico`, async (c) => {
    const { office } = c.var;
    const { automatico, dal } = await c.req.parseBody();
    const { health } = await office.desk.health();
    const today = Sts.data(office.now).data;
    const sendFrom = dal || today;
    const on = automatico === "1";
    if (on && (!Sts.data(sendFrom).valid || sendFrom > today)) {
      c.status(422);
      return page(c, { ...keptForm(c.var), errors: { dal: c.var.words.settings.automatic.future }, sendFrom: dal });
    }
    const mode = on ? { automatic: { sendFrom } } : "manual";
    await patiently(office.decide((driver) => driver.configure({ ...health.automation, mode })));
    say(c, on ? "automaticOn" : "automaticOff", { from: c.var.format.day(sendFrom) });
    return c.redirect(`${HERE}#automatico`, 303);
  });

  app.post(`${HERE}/canale`, async (c) => {
    const { office } = c.var;
    const { canale } = await c.req.parseBody();
    if (!CHANNELS.includes(canale)) return c.redirect(HERE, 303);
    const { health } = await office.desk.health();
    await patiently(office.decide((driver) => driver.configure({ ...health.automation, channel: canale })));
    say(c, "saved");
    return c.redirect(HERE, 303);
  });

  app.post(`${HERE}/password`, async (c) => {
    const { office, words } = c.var;
    const { giorno } = await c.req.parseBody();
    if (!Sts.data(giorno ?? "").valid || giorno > Sts.data(office.now).data) {
      c.status(422);
      return page(c, { ...keptForm(c.var), errors: { giorno: words.settings.password.future }, changedOn: giorno });
    }
    await patiently(office.decide((driver) => driver.passwordSetOn(giorno)));
    say(c, "passwordDay", { day: c.var.format.day(giorno) });
    return c.redirect(`${HERE}#password`, 303);
  });

  app.post(`${HERE}/sospensione`, async (c) => {
    const { sospeso } = await c.req.parseBody();
    const on = sospeso === "1";
    await patiently(c.var.office.decide((driver) => (on ? driver.pause() : driver.resume())));
    say(c, on ? "paused" : "resumed", {}, on ? "info" : "success");
    return c.redirect(`${HERE}#sospensione`, 303);
  });

  app.get(`${HERE}/ambiente`, (c) => environmentQuestion(c));
  app.post(`${HERE}/ambiente`, async (c) => {
    const { office } = c.var;
    const { ambiente, confermato } = await c.req.parseBody();
    const now = office.settings;
    const other = ["test", "produzione"].includes(ambiente) && now !== null && ambiente !== now.ambiente;
    if (!other || office.fixed) return c.redirect(HERE, 303);
    if (confermato !== "1") return c.redirect(`${HERE}/ambiente`, 303);
    await office.configure({ profile: now.profile, policy: now.policy, ambiente });
    say(c, ambiente === "test" ? "environmentTest" : "environmentReal");
    return c.redirect(HERE, 303);
  });
}

/** Whether two values of JSON are alike; absent fields count as empty ones. */
function same(a, b) {
  const order = (value) =>
    value && Object.fromEntries(Object.entries(value).filter(([, v]) => v != null).sort(([x], [y]) => (x < y ? -1 : 1)));
  return JSON.stringify(order(a)) === JSON.stringify(order(b));
}
