//! Codes of single documents: messages of synchronous answers and rows of the error file
//! (PROTOCOL section 8.2). The official list was not found; this one is what was seen.

use super::Confidence::{Disputed, Live, Single, Unknown};
use super::{Explanation, Kind, Severity, Stored, Text, WhoActs};

const NO_RESEND: Text = Text {
    it: "Il documento è registrato: non devi inviarlo di nuovo.",
    en: "The document is stored: do not send it again.",
};

/// `S…` in no table.
pub(super) const UNKNOWN_REFUSED: Explanation = Explanation {
    code: None,
    text: None,
    severity: Severity::Errore,
    kind: Kind::Unknown,
    who_acts: WhoActs::UserInvoice,
    meaning: Text {
        it: "Sistema TS ha rifiutato il documento; il significato di questo codice non è \
             pubblicato.",
        en: "Sistema TS refused the document; the meaning of this code is not published.",
    },
    advice: Text {
        it: "Leggi il testo di Sistema TS riportato accanto, correggi la fattura e inviala di \
             nuovo.",
        en: "Read the text of Sistema TS shown beside this, correct the invoice and send it again.",
    },
    stored: Stored::No,
    confidence: Unknown,
    source: "no table has this code; S is refused (PROTOCOL 8.2, last rule)",
};

/// `W…` in no table.
pub(super) const UNKNOWN_REMARK: Explanation = Explanation {
    code: None,
    text: None,
    severity: Severity::Segnalazione,
    kind: Kind::Unknown,
    who_acts: WhoActs::Nobody,
    meaning: Text {
        it: "Sistema TS ha registrato il documento con un'osservazione il cui significato non è \
             pubblicato.",
        en: "Sistema TS stored the document with a remark whose meaning is not published.",
    },
    advice: Text {
        it: "Non inviarlo di nuovo; leggi il testo di Sistema TS riportato accanto e controlla la \
             fattura.",
        en: "Do not send it again; read the text of Sistema TS shown beside this and check the \
             invoice.",
    },
    stored: Stored::Yes,
    confidence: Unknown,
    source: "no table has this code; W is stored with a remark (PROTOCOL 8.2, last rule)",
};

/// A code that some program mentions without its text.
const fn mentioned(code: &'static str, base: Explanation) -> Explanation {
    Explanation {
        code: Some(code),
        confidence: Single,
        source: "PROTOCOL 8.2: mentioned in public code, without its text",
        ..base
    }
}

/// A code for which one catalogue has a text that looks invented, so it is not repeated here.
const fn disputed(code: &'static str, base: Explanation) -> Explanation {
    Explanation {
        code: Some(code),
        confidence: Disputed,
        source: "PROTOCOL 8.2: only in the catalogue of gestionale-fatture, which looks invented",
        ..base
    }
}

pub(super) static ROWS: &[Explanation] = &[
    Explanation {
        code: Some("0"),
        text: Some("Operazione eseguita correttamente"),
        severity: Severity::Ok,
        kind: Kind::Ok,
        who_acts: WhoActs::Nobody,
        meaning: Text { it: "Operazione riuscita.", en: "The operation succeeded." },
        advice: Text { it: "Non devi fare nulla.", en: "There is nothing to do." },
        // It also heads the answer to a cancellation and to a query of a cancelled document.
        stored: Stored::Unknown,
        confidence: Live,
        source: "answers of the test host, 26/09/2026 (psi-fatture-sa); PROTOCOL 5.1",
    },
    disputed("S001", UNKNOWN_REFUSED),
    mentioned("S003", UNKNOWN_REFUSED),
    disputed("S004", UNKNOWN_REFUSED),
    disputed("S010", UNKNOWN_REFUSED),
    Explanation {
        code: Some("S011"),
        text: Some("IL CF DEL CITTADINO RISULTA FORMALMENTE ERRATO"),
        severity: Severity::Errore,
        kind: Kind::CitizenTaxCode,
        who_acts: WhoActs::UserInvoice,
        meaning: Text {
            it: "Il codice fiscale del paziente è scritto in modo sbagliato e il documento è stato \
                 rifiutato.",
            en: "The patient's tax code is mistyped and the document was refused.",
        },
        advice: Text {
            it: "Correggi il codice fiscale leggendolo dalla tessera sanitaria e invia di nuovo.",
            en: "Correct the tax code, reading it off the health card, and send again.",
        },
        stored: Stored::No,
        confidence: Live,
        source: "error file of production, 2016 (odoo-modules)",
    },
    disputed("S016", UNKNOWN_REFUSED),
    Explanation {
        code: Some("S017"),
        text: Some("IDENTIFICATIVO DOCUMENTO FISCALE GIA' PRESENTE"),
        severity: Severity::Errore,
        kind: Kind::AlreadyPresent,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Su Sistema TS c'è già un documento con lo stesso numero e la stessa data.",
            en: "Sistema TS already holds a document with the same number and date.",
        },
        advice: Text {
            it: "Si confronta quello registrato con questo; solo se sono diversi ti verrà chiesto \
                 che cosa fare.",
            en: "The stored one is compared with this one; only if they differ will you be asked \
                 what to do.",
        },
        stored: Stored::Yes,
        confidence: Live,
        source: "answer of the test host, 26/09/2026 (psi-fatture-sa, gestionale-fatture)",
    },
    Explanation {
        code: Some("S022"),
        text: None,
        severity: Severity::Errore,
        kind: Kind::NotPresent,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Su Sistema TS questo documento non c'è, oppure è già stato cancellato.",
            en: "Sistema TS does not hold this document, or it has already been cancelled.",
        },
        advice: Text {
            it: "Se volevi cancellarlo, è già come volevi.",
            en: "If you meant to cancel it, things already are as you wanted.",
        },
        stored: Stored::No,
        confidence: Live,
        source: "answer of the test host, 26/09/2026 (psi-fatture-sa); text unknown",
    },
    Explanation {
        code: Some("S035"),
        text: None,
        severity: Severity::Errore,
        kind: Kind::ClosedYear,
        who_acts: WhoActs::UserInvoice,
        meaning: Text {
            it: "La data di pagamento è di un anno per cui Sistema TS non accetta più documenti.",
            en: "The payment date is in a year for which Sistema TS takes no more documents.",
        },
        advice: Text {
            it: "Controlla la data di pagamento; se è giusta, chiedi al commercialista che cosa si \
                 può ancora fare.",
            en: "Check the payment date; if it is right, ask your accountant what can still be \
                 done.",
        },
        stored: Stored::No,
        confidence: Live,
        source: "answer of the test host, 05/10/2026 (DottorCloud); text unknown",
    },
    disputed("S036", UNKNOWN_REFUSED),
    disputed("S050", UNKNOWN_REFUSED),
    mentioned("S057", UNKNOWN_REFUSED),
    disputed("W001", UNKNOWN_REMARK),
    Explanation {
        code: Some("W003"),
        text: Some("IL CF CITTADINO NON PRESENTE IN ARCHIVIO"),
        severity: Severity::Segnalazione,
        kind: Kind::CitizenUnknown,
        who_acts: WhoActs::UserInvoice,
        meaning: Text {
            it: "Il documento è registrato, ma Sistema TS non trova il codice fiscale del paziente \
                 nel suo archivio: succede con neonati, stranieri e residenti all'estero.",
            en: "The document is stored, but Sistema TS does not find the patient's tax code in \
                 its archive: this happens with newborns, foreigners and residents abroad.",
        },
        advice: Text {
            it: "Ricontrolla il codice fiscale: se è giusto non devi fare nulla, se è sbagliato \
                 correggi la fattura.",
            en: "Check the tax code: if it is right there is nothing to do, if it is wrong correct \
                 the invoice.",
        },
        stored: Stored::Yes,
        confidence: Live,
        source: "answer of the test host, 2026 (gestionale-fatture); PROTOCOL 5.5, rule 10",
    },
    mentioned("W004", UNKNOWN_REMARK),
    mentioned("W007", UNKNOWN_REMARK),
    Explanation {
        code: Some("W008"),
        text: Some("IL DOCUMENTO E' STATO TRASMESSO OLTRE I TERMINI PREVISTI"),
        severity: Severity::Segnalazione,
        kind: Kind::Late,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Il documento è registrato, ma per Sistema TS è arrivato dopo la scadenza; in \
                 passato lo ha detto anche di documenti arrivati in tempo.",
            en: "The document is stored, but by Sistema TS's reckoning it came after the deadline; \
                 in the past it has said so of documents that were on time.",
        },
        advice: NO_RESEND,
        stored: Stored::Yes,
        confidence: Live,
        source: "answer of the test host, 26/09/2026 (psi-fatture-sa); PROTOCOL 10, quirk 7",
    },
    Explanation {
        code: Some("W010"),
        text: Some("IL DOCUMENTO E' STATO ANNULLATO IN PRECEDENZA"),
        severity: Severity::Segnalazione,
        kind: Kind::Cancelled,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Il documento c'era su Sistema TS ed è stato cancellato.",
            en: "The document was on Sistema TS and has been cancelled.",
        },
        advice: Text {
            it: "Se la cancellazione è voluta non devi fare nulla; altrimenti invialo di nuovo.",
            en: "If you meant to cancel it there is nothing to do; otherwise send it again.",
        },
        stored: Stored::No,
        confidence: Live,
        source: "answer of the test host to a query, 26/09/2026 (psi-fatture-sa)",
    },
    Explanation {
        code: Some("W014"),
        text: None,
        severity: Severity::Segnalazione,
        kind: Kind::SameDay,
        who_acts: WhoActs::UserInvoice,
        meaning: Text {
            it: "Il documento è registrato; per lo stesso paziente ce n'è un altro dello stesso \
                 giorno.",
            en: "The document is stored; there is another one of the same day for this patient.",
        },
        advice: Text {
            it: "Se le prestazioni sono davvero due non devi fare nulla; se è un doppione, \
                 cancellane una.",
            en: "If there really were two services there is nothing to do; if it is a duplicate, \
                 cancel one.",
        },
        stored: Stored::Yes,
        confidence: Live,
        source: "answer of the test host, 2026 (DottorCloud); text unknown",
    },
];
