//! Every reason a judgement can give, as data.

use serde::Serialize;
use std::borrow::Cow;

use crate::domain::Data;
use crate::json::Read;

/// How grave a reason is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Good to know.
    Info,
    /// The document goes, but look at it.
    Warning,
    /// The document cannot go until this is put right.
    Error,
}

/// What is to be done with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Read)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It can go.
    Send,
    /// Not yet: nothing is wrong, something is still to come.
    Wait,
    /// It never goes, and that is right.
    OutOfScope,
    /// It should go and cannot: a person must put something right.
    Fix,
}

/// What a reason does to the verdict. The greatest decides: what is out of scope needs no fixing,
/// a draft may be incomplete, and what must be fixed is worth saying before payment comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Effect {
    Send,
    Wait,
    Fix,
    Hold,
    OutOfScope,
}

impl Effect {
    pub(super) fn verdict(self) -> Verdict {
        match self {
            Effect::Send => Verdict::Send,
            Effect::Wait | Effect::Hold => Verdict::Wait,
            Effect::Fix => Verdict::Fix,
            Effect::OutOfScope => Verdict::OutOfScope,
        }
    }
}

/// One row of the table of reasons.
#[derive(Debug, PartialEq, Eq)]
pub struct ReasonRow {
    /// Stable code, never used again for something else.
    pub code: &'static str,
    /// Gravity.
    pub severity: Severity,
    /// The sentence for the user, in Italian.
    pub it: &'static str,
    /// The sentence for the developer, in English.
    pub en: &'static str,
    /// Where the rule comes from, with its confidence where it is not official.
    pub source: &'static str,
    pub(super) effect: Effect,
}

impl ReasonRow {
    /// The verdict this reason alone leads to.
    pub fn verdict(&self) -> Verdict {
        self.effect.verdict()
    }
}

/// A reason and the place it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Reason {
    /// Stable code; hosts branch on it.
    pub code: &'static str,
    /// JSON Pointer into the document judged.
    pub path: Cow<'static, str>,
    /// Gravity.
    pub severity: Severity,
    /// The sentence for the user, in Italian.
    pub it: &'static str,
    /// The sentence for the developer, in English.
    pub en: &'static str,
    /// Where the rule comes from.
    pub source: &'static str,
}

impl Reason {
    /// This row at this place.
    pub(crate) fn new(row: &'static ReasonRow, path: impl Into<Cow<'static, str>>) -> Reason {
        Reason {
            code: row.code,
            path: path.into(),
            severity: row.severity,
            it: row.it,
            en: row.en,
            source: row.source,
        }
    }

    /// A reason of an earlier judgement, kept by its code.
    pub(crate) fn restored(code: &str, path: &str) -> Reason {
        let row = REASONS.iter().find(|row| row.code == code);
        Reason::new(row.copied().unwrap_or(&row::REASON_UNKNOWN), path.to_owned())
    }
}

/// The reasons found so far, and the verdict they lead to, today and later.
#[derive(Debug)]
pub(super) struct Findings {
    pub(super) reasons: Vec<Reason>,
    /// The greatest effect that only an edit takes away.
    lasting: Effect,
    /// Effects that end by themselves, with the first day without them; each once.
    ending: Vec<(Effect, Data)>,
    /// Effects that come by themselves, with their first day; each once.
    coming: Vec<(Effect, Data)>,
}

impl Findings {
    pub(super) fn new() -> Self {
        Findings {
            reasons: Vec::new(),
            lasting: Effect::Send,
            ending: Vec::new(),
            coming: Vec::new(),
        }
    }

    /// Notes a reason. A static path costs nothing; others are built by the caller when needed.
    pub(super) fn add(&mut self, row: &'static ReasonRow, path: impl Into<Cow<'static, str>>) {
        self.lasting = self.lasting.max(row.effect);
        self.reasons.push(Reason::new(row, path));
    }

    /// Notes a reason that holds before this day and no longer on it.
    pub(super) fn add_until(
        &mut self,
        row: &'static ReasonRow,
        path: impl Into<Cow<'static, str>>,
        end: Data,
    ) {
        let known = of(&mut self.ending, row.effect, end);
        *known = end.max(*known);
        self.reasons.push(Reason::new(row, path));
    }

    /// Foresees a reason that is not there yet and will be from this day on.
    pub(super) fn foresee(&mut self, row: &'static ReasonRow, begin: Data) {
        let known = of(&mut self.coming, row.effect, begin);
        *known = begin.min(*known);
    }

    /// The verdict on a day, today or later.
    pub(super) fn verdict(&self, day: Data) -> Verdict {
        let ending = self.ending.iter().filter(|(_, end)| day < *end);
        let coming = self.coming.iter().filter(|(_, begin)| *begin <= day);
        let mut effect = self.lasting;
        ending.for_each(|(passing, _)| effect = effect.max(*passing));
        coming.for_each(|(passing, _)| effect = effect.max(*passing));
        effect.verdict()
    }

    /// The first day after today with another verdict.
    pub(super) fn review_on(&self, today: Data) -> Option<Data> {
        let mut first = None;
        for (_, day) in self.ending.iter().chain(&self.coming) {
            let sooner = first.is_none_or(|first| *day < first);
            if sooner && *day > today && self.verdict(*day) != self.verdict(today) {
                first = Some(*day);
            }
        }
        first
    }
}

/// The day of an effect: the one noted, or this.
fn of(days: &mut Vec<(Effect, Data)>, effect: Effect, day: Data) -> &mut Data {
    let known = days.iter().position(|(known, _)| *known == effect).unwrap_or_else(|| {
        days.push((effect, day));
        days.len() - 1
    });
    &mut days[known].1
}

macro_rules! reasons {
    ($($code:ident $severity:ident $effect:ident: $it:literal, $en:literal, $source:literal;)+) => {
        /// The rows by name.
        pub(crate) mod row {
            use super::{Effect, ReasonRow, Severity};
            $(pub(crate) static $code: ReasonRow = ReasonRow {
                code: stringify!($code),
                severity: Severity::$severity,
                it: $it,
                en: $en,
                source: $source,
                effect: Effect::$effect,
            };)+
        }

        /// Every reason a judgement or the engine can give.
        ///
        /// Time alone ends `DATA_EMISSIONE_FUTURE`, `PAYMENT_IN_FUTURE` and `TAX_YEAR_NOT_OPEN`,
        /// and turns `PART_PAID` into `PART_PAID_YEAR_ENDED`; those days are foreseen
        /// ([`Judgement::review_on`](super::Judgement::review_on)). It also brings
        /// `DEADLINE_PASSED`, which changes no verdict, and `TAX_YEAR_CLOSED`, which is not
        /// foreseen. All others are there until an edit, or a change of what is judged by.
        pub static REASONS: &[&ReasonRow] = &[$(&row::$code),+];
    };
}

reasons! {
    // Whether the document concerns Sistema TS at all.
    VOID Info OutOfScope:
        "Il documento è annullato: non va trasmesso.",
        "The document is void: nothing is to be on Sistema TS.", "RULES 8";
    COMPANY_RECIPIENT Info OutOfScope:
        "Il destinatario è una società, un ente o una partita IVA: la fattura va al Sistema di Interscambio, non a Sistema TS.",
        "The recipient is a company, a body or a business; such invoices go to SdI.", "RULES 6 (C)";
    NO_HEALTH_EXPENSE Info OutOfScope:
        "Nessuna riga è una spesa sanitaria: il documento non va trasmesso.",
        "No line is a health expense.", "RULES 6 (B)";
    NOT_A_SALE Info OutOfScope:
        "Questo tipo di documento (autofattura, integrazione, autoconsumo) non è una spesa di un paziente.",
        "Documents of this type (self-billing, integration, own use) are no expense of a patient.", "FatturaPA, TipoDocumento";
    ZERO_TOTAL Info OutOfScope:
        "Il totale è zero: non c'è alcuna spesa da trasmettere.",
        "The total is zero: there is no expense.", "RULES 3";
    TAX_YEAR_CLOSED Warning OutOfScope:
        "L'anno del pagamento è chiuso per Sistema TS: non si può più inviare né correggere.",
        "The tax year (year of payment) is closed: nothing more is accepted.", "PROTOCOL 5.5 rule 2, 8.2 S035 (L); the day of closing is D";

    // What is still to come.
    DRAFT Info Hold:
        "Il documento è una bozza.",
        "The document is a draft.", "DESIGN 5";
    UNPAID Info Wait:
        "Il documento non risulta pagato: si trasmette solo ciò che è stato pagato.",
        "The document is not paid; only what is paid is sent (cash principle).", "RULES 6";
    PART_PAID Info Wait:
        "Il documento è pagato solo in parte: si trasmette al saldo.",
        "The document is paid in part; it is sent at the balance.", "RULES 6, Assosoftware FAQ 27/1/2021 (C)";
    PAYMENT_IN_FUTURE Info Wait:
        "La data di pagamento è futura: si trasmette a pagamento avvenuto.",
        "The date of payment is in the future.", "RULES 6";
    TAX_YEAR_NOT_OPEN Info Wait:
        "L'anno del pagamento non è ancora iniziato.",
        "The tax year (year of payment) has not begun.", "WS asincrono v2.5 p. 17";

    // Key of the document.
    ID_WRONG Error Fix:
        "L'identificativo del documento deve avere da 1 a 64 caratteri, senza caratteri di controllo.",
        "The id must have 1 to 64 characters, without control characters.", "DESIGN 3";
    STATO_WRONG Error Fix:
        "Lo stato deve essere bozza, emessa o annullata.",
        "stato must be one of bozza, emessa, annullata.", "DESIGN 5";
    TIPO_DOCUMENTO_WRONG Error Fix:
        "Il tipo di documento deve essere F, D o un codice FatturaPA da TD01 a TD29.",
        "tipoDocumento must be F, D or a FatturaPA code TD01 to TD29.", "WS asincrono v2.5, FatturaPA";
    TIPO_DOCUMENTO_MISSING Error Fix:
        "Manca il tipo di documento: F (fattura) o D (documento commerciale).",
        "tipoDocumento is mandatory for payments from 2021 on.", "RULES 3";
    PIVA_FORMAT Error Fix:
        "La partita IVA deve avere 11 cifre.",
        "A VAT number has 11 digits.", "RULES 9";
    PIVA_CHECK Error Fix:
        "La partita IVA non è valida: la cifra di controllo non torna.",
        "The check digit of the VAT number does not agree.", "RULES 9";
    PIVA_OFFICE Warning Send:
        "La partita IVA contiene un codice di ufficio sconosciuto: controllarla.",
        "The office code inside the VAT number (digits 8 to 10) is not known.", "RULES 9";
    DATA_EMISSIONE_MISSING Error Fix:
        "Manca la data di emissione.",
        "dataEmissione is missing.", "WS asincrono v2.5";
    DATA_FORMAT Error Fix:
        "La data va scritta come AAAA-MM-GG.",
        "A date is written YYYY-MM-DD.", "WS asincrono v2.5";
    DATA_NO_SUCH_DAY Error Fix:
        "Questo giorno non esiste nel calendario.",
        "There is no such day.", "WS asincrono v2.5";
    DATA_EMISSIONE_TOO_EARLY Error Fix:
        "La data di emissione non può precedere il 1° gennaio 2014.",
        "dataEmissione is before 2014-01-01.", "RULES 3";
    DATA_EMISSIONE_FUTURE Error Fix:
        "La data di emissione è futura.",
        "dataEmissione is in the future.", "RULES 3";
    DISPOSITIVO_RANGE Error Fix:
        "Il dispositivo deve essere un numero da 1 a 999 (1 per le fatture).",
        "dispositivo must be from 1 to 999 (1 for invoices).", "RULES 3";
    DISPOSITIVO_NOT_ONE Warning Send:
        "Per una fattura il dispositivo è di norma 1.",
        "For invoices dispositivo is 1.", "RULES 3";
    NUM_DOCUMENTO_MISSING Error Fix:
        "Manca il numero del documento.",
        "numDocumento is missing.", "RULES 3";
    NUM_DOCUMENTO_LENGTH Error Fix:
        "Il numero del documento supera i 20 caratteri ammessi da Sistema TS: accorciare la numerazione.",
        "numDocumento is longer than 20 characters.", "RULES 3, XSD";
    NUM_DOCUMENTO_CHARACTER Error Fix:
        "Il numero del documento può contenere solo lettere senza accento, cifre e i segni _ . / \\ -, senza spazi.",
        "numDocumento may contain only letters without accents, digits and _ . / \\ -, no blanks.", "RULES 3, XSD";

    // Patient.
    NO_CF Error Fix:
        "Manca il codice fiscale del paziente. Se il paziente si è opposto all'invio, registrare l'opposizione; non inventare mai un codice.",
        "There is no tax code and no opposition; never invent one.", "RULES 6 (D)";
    CF_FORMAT Error Fix:
        "Il codice fiscale deve avere 16 caratteri nella forma prevista, oppure 11 cifre se provvisorio.",
        "A tax code has 16 letters and digits in fixed places, or 11 digits.", "RULES 9";
    CF_CHECK Error Fix:
        "Il codice fiscale contiene un errore di battitura: il carattere di controllo non torna.",
        "The check character of the tax code does not agree.", "RULES 9";
    CF_DATE Error Fix:
        "Il codice fiscale contiene una data di nascita impossibile.",
        "The date of birth inside the tax code does not exist.", "RULES 9";
    CF_STP_ENI Error Fix:
        "I codici STP ed ENI non sono codici fiscali: Sistema TS non li accetta per il 730.",
        "STP and ENI codes are not tax codes.", "RULES 9 (D)";
    CF_PROVISIONAL Warning Send:
        "Il codice fiscale di 11 cifre è accettato solo come codice provvisorio di una persona: verificare.",
        "An 11-digit code is right only as the provisional code of a person.", "RULES 9";
    RECIPIENT_UNCLEAR Error Fix:
        "Il codice fiscale ha 11 cifre, come quelli delle società: indicare in personaFisica se il destinatario è una persona (true) o no (false).",
        "An 11-digit code is a company's or a person's provisional one: say which in personaFisica.", "RULES 6, 9 (D)";
    CF_IS_OWNERS Warning Send:
        "Il codice fiscale del paziente è quello del titolare: verificare.",
        "The patient's tax code is the owner's.", "checked by libsts (D)";
    OPPOSITION Info Send:
        "Il paziente si è opposto: la spesa è trasmessa senza codice fiscale.",
        "The patient opposes: the expense is sent without tax code.", "RULES 3, 6";
    OPPOSITION_WITH_CF Error Fix:
        "Con l'opposizione (flagOpposizione 1) il codice fiscale deve mancare.",
        "With flagOpposizione 1 cfCittadino must be absent.", "RULES 3";
    FLAG_OPPOSIZIONE_WRONG Error Fix:
        "L'opposizione deve essere 0 (no) o 1 (sì).",
        "flagOpposizione must be 0 or 1.", "RULES 3";

    // Lines and items.
    NO_LINES Error Fix:
        "Il documento non ha righe.",
        "The document has no lines.", "XSD";
    TOO_MANY_LINES Error Fix:
        "Il documento ha troppe righe o pagamenti (al massimo 1000).",
        "More than 1000 lines, contributions or payments.", "limit of libsts";
    IMPORTO_MISSING Error Fix:
        "Manca l'importo.",
        "The amount is missing.", "XSD";
    IMPORTO_FORMAT Error Fix:
        "L'importo va scritto con il punto e due decimali, per esempio 63.20.",
        "An amount is digits with a point and two decimals, such as \"63.20\".", "XSD";
    IMPORTO_RANGE Error Fix:
        "L'importo di una voce deve andare da 0.01 a 99999.99.",
        "The amount of an item must be from 0.01 to 99999.99.", "RULES 3, XSD";
    IMPORTO_NOT_POSITIVE Error Fix:
        "L'importo deve essere maggiore di zero, anche in un rimborso.",
        "The amount must be positive, also in a refund.", "RULES 3";
    IVA_MISSING Error Fix:
        "Manca l'IVA: indicare l'aliquota oppure la natura (N4 esente, N2.2 forfettario).",
        "Either aliquotaIVA or naturaIVA is needed.", "PROTOCOL 5.5 rule 4";
    IVA_BOTH Error Fix:
        "Indicare l'aliquota IVA oppure la natura, non entrambe.",
        "aliquotaIVA and naturaIVA exclude each other.", "PROTOCOL 5.5 rule 4";
    ALIQUOTA_FORMAT Error Fix:
        "L'aliquota IVA va scritta come 22.00, da 0.00 a 100.00.",
        "aliquotaIVA is written like 22.00, from 0.00 to 100.00.", "XSD";
    ALIQUOTA_ZERO Warning Send:
        "Aliquota zero: di norma si indica la natura (N4, N2.2) al posto dell'aliquota.",
        "A rate of zero is usually written as a nature.", "FatturaPA (D)";
    NATURA_WRONG Error Fix:
        "La natura IVA deve essere un codice da N1 a N7 dell'elenco FatturaPA.",
        "naturaIVA must be a FatturaPA code N1 to N7.", "PROTOCOL 7.3";
    NATURA_NOT_ON_RECEIPT Error Fix:
        "Su un documento commerciale la natura va da N1 a N6, senza sottocodici.",
        "On a till receipt naturaIVA is N1 to N6, without sub-codes.", "PROTOCOL 5.5 rule 5";
    NATURA_UNUSUAL Warning Send:
        "Natura IVA insolita per una spesa sanitaria: di norma N4 (esente) o N2.2 (forfettario; N2 sullo scontrino).",
        "An unusual naturaIVA for a health expense: usually N4, or N2.2 (N2 on receipts) for the flat-rate scheme.", "RULES 7";
    TIPO_SPESA_MISSING Error Fix:
        "Manca il tipo di spesa e non c'è un valore predefinito per questa categoria.",
        "tipoSpesa is missing and neither the policy nor the category has a default.", "RULES 1";
    TIPO_SPESA_WRONG Error Fix:
        "Il tipo di spesa non esiste: usare TK FC FV AD AS SR CT PI IC SP SV AA.",
        "tipoSpesa is none of TK FC FV AD AS SR CT PI IC SP SV AA.", "RULES 2";
    TIPO_SPESA_NOT_ADMITTED Error Fix:
        "Questo tipo di spesa non è ammesso per la categoria del titolare.",
        "No source admits this tipoSpesa for the sender's category.", "RULES 1";
    TIPO_SPESA_UNCERTAIN Warning Send:
        "Non è certo che questo tipo di spesa sia ammesso per la categoria del titolare.",
        "Whether this tipoSpesa is admitted for the sender's category is not certain.", "RULES 1 (C, D)";
    TIPO_SPESA_DEFAULTED Info Send:
        "Righe senza tipo di spesa: usato quello predefinito.",
        "Lines without tipoSpesa take the default.", "RULES 1";
    TIPO_SPESA_ON_EXCLUDED_LINE Error Fix:
        "La riga è indicata come non sanitaria ma ha un tipo di spesa sanitario.",
        "A line marked as no health expense has a tipoSpesa other than AA.", "RULES 6";
    FLAG_TIPO_SPESA_WRONG Error Fix:
        "Il flag del tipo di spesa deve essere 1 (pronto soccorso) o 2 (intramoenia).",
        "flagTipoSpesa must be 1 or 2.", "RULES 2";
    FLAG_TIPO_SPESA_MISMATCH Error Fix:
        "Il flag 1 (pronto soccorso) va solo con TK, il flag 2 (intramoenia) solo con SR.",
        "flagTipoSpesa 1 goes with TK alone, 2 with SR alone.", "PROTOCOL 5.5 rule 7";
    NON_HEALTH_AS_AA Info Send:
        "La quota non sanitaria è trasmessa come AA (altre spese).",
        "The share that is no health expense is sent as AA.", "RULES 6 (B)";
    EXCLUDED Info Send:
        "Una parte del totale è esclusa dall'invio, come da impostazioni.",
        "A part of the total is excluded by the policy; see esclusi.", "RULES 7";

    // Totals.
    BOLLO_UNCLEAR Error Fix:
        "Indicare se il bollo è addebitato al paziente: il totale non permette di capirlo.",
        "Whether the stamp duty is charged (addebitato) is not said and the total does not tell.", "RULES 7";
    BOLLO_EXPECTED Warning Send:
        "Importo senza IVA superiore a 77,47 euro e nessun bollo: verificare.",
        "More than 77.47 without VAT and no stamp duty.", "RULES 7";
    TOTAL_MISMATCH Error Fix:
        "Il totale del documento non coincide con righe, IVA, cassa e bollo addebitato.",
        "importoTotaleDocumento differs from lines, VAT, contributions and charged stamp duty.", "RULES 7";
    TOTAL_ROUNDED Info Send:
        "Differenza di pochi centesimi con il totale, dovuta ad arrotondamenti IVA: fa fede il totale.",
        "VAT rounding differs by cents; the total given is kept.", "RULES 7 (D)";

    // Payments.
    DATA_PAGAMENTO_MISSING Error Fix:
        "Manca la data di pagamento.",
        "dataPagamento is missing.", "WS asincrono v2.5";
    DATA_PAGAMENTO_TOO_EARLY Error Fix:
        "La data di pagamento non può precedere il 1° gennaio 2015.",
        "dataPagamento is before 2015-01-01.", "RULES 3";
    ADVANCE_PAYMENT Info Send:
        "Pagamento anteriore al documento: trasmesso come pagamento anticipato.",
        "Paid before the document was issued; flagPagamentoAnticipato is 1.", "PROTOCOL 5.5 rule 1";
    PAYMENT_BEFORE_ISSUE Error Fix:
        "Il pagamento precede l'emissione ma non è indicato come anticipato.",
        "dataPagamento is before dataEmissione and flagPagamentoAnticipato is 0.", "PROTOCOL 5.5 rule 1";
    FLAG_ANTICIPATO_WRONG Error Fix:
        "Il flag di pagamento anticipato deve essere 0 o 1.",
        "flagPagamentoAnticipato must be 0 or 1.", "PROTOCOL 4";
    FLAG_ANTICIPATO_UNNEEDED Warning Send:
        "Pagamento indicato come anticipato ma non anteriore all'emissione.",
        "flagPagamentoAnticipato is 1 although payment does not precede the document.", "PROTOCOL 5.5 rule 1";
    PAYMENTS_OVER_TWO_YEARS Error Fix:
        "Pagamenti in due anni diversi: Sistema TS ammette una data di pagamento per documento, serve un documento per ogni pagamento.",
        "Payments over two calendar years: one document per payment is needed.", "RULES 6 (C)";
    PART_PAID_YEAR_ENDED Error Fix:
        "Il documento è pagato solo in parte e l'anno del pagamento è finito: quanto incassato va trasmesso per quell'anno, con un documento per ogni pagamento.",
        "Paid in part, and the year of the payment has ended: what was paid belongs to that year, one document per payment.", "RULES 6, Assosoftware FAQ 27/1/2021 (C)";
    PAYMENTS_EXCEED_TOTAL Error Fix:
        "I pagamenti superano il totale del documento.",
        "The payments exceed the total.", "RULES 7";
    PAYMENT_MEANS_MISSING Error Fix:
        "Manca la modalità di pagamento (MP01 contanti, MP05 bonifico, MP08 carta…): serve per dire se è tracciato.",
        "modalitaPagamento is missing and pagamentoTracciato is mandatory here.", "RULES 3";
    PAYMENT_MEANS_WRONG Error Fix:
        "La modalità di pagamento deve essere un codice da MP01 a MP23.",
        "modalitaPagamento must be MP01 to MP23.", "FatturaPA";
    PAYMENT_MEANS_UNCERTAIN Warning Send:
        "Non è certo che questa modalità di pagamento sia tracciabile: trasmessa come non tracciata.",
        "Whether this means is traced is not certain; sent as NO.", "L. 160/2019 c. 679 (D)";
    MIXED_PAYMENT Info Send:
        "Pagamento in parte tracciato e in parte no: trasmesso come non tracciato.",
        "Traced and untraced means mixed; sent as NO.", "RULES 6, official FAQ";
    TRACCIATO_MISSING Error Fix:
        "Manca il pagamento tracciato (SI o NO), obbligatorio per questo tipo di spesa.",
        "pagamentoTracciato is mandatory except for TK FC AD FV and for public or accredited senders.", "PROTOCOL 5.5 rule 6";
    TRACCIATO_WRONG Error Fix:
        "Il pagamento tracciato deve essere SI o NO.",
        "pagamentoTracciato must be SI or NO.", "RULES 3";

    // Refunds.
    REFUND_ORIGINAL_MISSING Error Fix:
        "Una nota di credito si trasmette come rimborso: indicare la fattura originale.",
        "A credit note is sent as a refund and needs its original (fatturaCollegata).", "RULES 3";
    REFUND_OF_ITSELF Error Fix:
        "Il rimborso indica sé stesso come documento originale: deve avere un numero proprio.",
        "The refund names itself as the original.", "PROTOCOL 5.4";
    REFUND_BEFORE_ORIGINAL Error Fix:
        "Il rimborso è anteriore al documento originale.",
        "The refund is dated before its original.", "PROTOCOL 5.4 (D)";
    REFUND_PAYMENT_DATE Error Fix:
        "In un rimborso la data di pagamento deve coincidere con la data di emissione.",
        "In a refund dataPagamento must equal dataEmissione.", "RULES 3";
    LINKED_INVOICE_IGNORED Info Send:
        "La fattura collegata conta solo per note di credito e resi: qui è ignorata.",
        "fatturaCollegata matters for credit notes and returns alone; it is ignored.", "RULES 3";

    // Time.
    DEADLINE_PASSED Warning Send:
        "Il termine di invio è passato: il documento è accettato come tardivo e può comportare una sanzione.",
        "The deadline has passed; the document is stored as late (W008) and a sanction may follow.", "RULES 4, 5; PROTOCOL 8.2 W008 (L)";

    // Of the engine, which knows more than the document.
    KEY_TAKEN Error Fix:
        "Un altro documento ha già la stessa partita IVA, data, dispositivo e numero.",
        "Another saved document has the same pIva, dataEmissione, dispositivo and numDocumento.", "PROTOCOL 0 (O)";
    KEY_OUTDATED Error Fix:
        "La chiave di cifratura è cambiata dopo il salvataggio: salvare di nuovo il documento.",
        "The tax code was encrypted with a key no longer in use; save the invoice again.", "PROTOCOL 3.1 (E)";
    REASON_UNKNOWN Info Send:
        "Motivo registrato da un'altra versione del programma: salvare di nuovo il documento per rileggerlo.",
        "A reason that this version does not know; save the invoice again.", "libsts";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_distinct_and_errors_are_what_must_be_fixed() {
        let codes: std::collections::HashSet<_> = REASONS.iter().map(|r| r.code).collect();
        assert_eq!(codes.len(), REASONS.len());
        for row in REASONS {
            assert_eq!(row.severity == Severity::Error, row.effect == Effect::Fix, "{}", row.code);
            assert!(row.code.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'));
            assert!(row.it.ends_with('.') && row.en.ends_with('.') && !row.source.is_empty());
        }
    }
}
