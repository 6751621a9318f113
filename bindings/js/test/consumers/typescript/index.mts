import { type Invoice, type Judgement, type Settings, Driver, FetchHttp, MemoryStore, Sts, StsError, init } from "libsts";
import { Sts as Small } from "libsts/check";
import { checkStore } from "libsts/testing";

const settings: Settings = {
  ambiente: "test",
  profile: { categoria: "psicologo", cfProprietario: "PSCPRV80A01X999I", pIva: "99900011000" },
};

export async function used(invoice: Invoice): Promise<string> {
  await init();
  const judged: Judgement = Sts.check(invoice, settings.profile);
  await checkStore(() => new MemoryStore());
  const driver = new Driver({
    settings,
    store: new MemoryStore(),
    http: new FetchHttp(),
    events: (event) => {
      // An event is what its name says it is.
      if (event.event === "document_accepted") console.log(event.id, event.protocollo);
    },
  });
  const saved = await driver.save([invoice]);
  const receipts = await driver.receipts({ protocollo: "1" });
  if (receipts.answer === "receipts") console.log(receipts.receipts.zip.length);
  try {
    await driver.send({ ids: [invoice.id] });
  } catch (error) {
    if (error instanceof StsError) return error.code;
  }
  // @ts-expect-error: nobody has such a method.
  driver.nothing();
  // @ts-expect-error: an id is a text.
  await driver.document(1);
  return saved.documents[0]?.verdict ?? judged.verdict ?? Small.version();
}
