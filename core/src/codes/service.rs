//! `WS…`: codes of the services themselves, mostly of those that read (PROTOCOL section 8.3).

use super::Confidence::{Live, Single, Unknown as NotListed};
use super::{Explanation, Kind, Severity, Stored, Text, WhoActs};

/// `WS…` in no table.
pub(super) const UNKNOWN: Explanation = Explanation {
    code: None,
    text: None,
    severity: Severity::Errore,
    kind: Kind::Unknown,
    who_acts: WhoActs::Vendor,
    meaning: Text {
        it: "Il servizio di Sistema TS non ha svolto la richiesta; il significato di questo codice \
             non è pubblicato.",
        en: "The service of Sistema TS did not carry out the request; the meaning of this code is \
             not published.",
    },
    advice: Text {
        it: "Leggi il testo di Sistema TS riportato accanto; se non basta, mandalo all'assistenza \
             del programma.",
        en: "Read the text of Sistema TS shown beside this; if that is not enough, send it to the \
             program's support.",
    },
    stored: Stored::Unknown,
    confidence: NotListed,
    source: "no table has this code; WS is service level (PROTOCOL 8.2, last rule)",
};

/// A code that one program mentions without its text.
const fn mentioned(code: &'static str, source: &'static str) -> Explanation {
    Explanation { code: Some(code), confidence: Single, source, ..UNKNOWN }
}

pub(super) static ROWS: &[Explanation] = &[
    mentioned("WS002", "PROTOCOL 8.3: invoice-app does not retry it; text unknown"),
    mentioned("WS004", "PROTOCOL 8.3: invoice-app does not retry it; text unknown"),
    Explanation {
        code: Some("WS11"),
        // In the vocabulary of calls this is the good answer to "which errors were there?".
        severity: Severity::Ok,
        kind: Kind::NoErrorFile,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Per questo invio non ci sono errori da scaricare.",
            en: "There are no errors to download for this transmission.",
        },
        advice: Text { it: "Non devi fare nulla.", en: "There is nothing to do." },
        confidence: Single,
        source: "PROTOCOL 8.3: DettaglioErrori, gestionale-fatture; text unknown",
        ..UNKNOWN
    },
    mentioned("WS19", "PROTOCOL 8.2: mentioned in public code, without its text"),
    Explanation {
        code: Some("WS37"),
        text: Some("FILE SCARTATO, CONTROLLARE LA RICEVUTA PDF"),
        kind: Kind::FileDiscarded,
        who_acts: WhoActs::UserInvoice,
        meaning: Text {
            it: "Sistema TS ha scartato l'intero file: nessuno dei suoi documenti è stato \
                 registrato.",
            en: "Sistema TS discarded the whole file: none of its documents was stored.",
        },
        advice: Text {
            it: "Apri la ricevuta PDF: dice il motivo.",
            en: "Open the PDF receipt: it says why.",
        },
        stored: Stored::No,
        confidence: Live,
        source: "answer of production, 2016 (odoo-modules)",
        ..UNKNOWN
    },
    mentioned(
        "WS46",
        "PROTOCOL 6.5: a refusal of ReportMensile seen by psi-fatture-sa; text unknown",
    ),
    Explanation {
        code: Some("WS96"),
        text: Some("LA RICERCA NON HA PRODOTTO RISULTATI"),
        kind: Kind::NothingFound,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Sistema TS ha cercato e non ha trovato nulla; l'accesso è riuscito.",
            en: "Sistema TS searched and found nothing; the login worked.",
        },
        advice: Text { it: "Non devi fare nulla.", en: "There is nothing to do." },
        stored: Stored::No,
        confidence: Live,
        source: "answers of the test host to queries, 26/09/2026 (psi-fatture-sa)",
        ..UNKNOWN
    },
    Explanation {
        code: Some("WS99"),
        kind: Kind::Transient,
        who_acts: WhoActs::Wait,
        meaning: Text {
            it: "Sistema TS ha avuto un problema passeggero.",
            en: "Sistema TS had a passing problem.",
        },
        advice: Text {
            it: "Non devi fare nulla: si riprova più tardi.",
            en: "There is nothing to do: it is tried again later.",
        },
        confidence: Live,
        source: "answers of the test host, 26/09/2026 (psi-fatture-sa); text unknown",
        ..UNKNOWN
    },
];
