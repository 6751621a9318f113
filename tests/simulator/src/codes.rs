//! The service's codes and sentences, and ours where the real ones are unknown.
//!
//! Codes whose number begins with 9 in the S and WS families (`S901`, `WS901`, …) do not exist
//! at Sistema TS: they stand for a rule that is certain under a code that is not. Their sentences
//! say so. W003, W008, W010, S011, S017, WS37, WS96 and all three-digit codes carry the real
//! sentence (PROTOCOL section 8).

use std::borrow::Cow;

/// One message of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Messaggio {
    pub(crate) codice: Cow<'static, str>,
    pub(crate) descrizione: Cow<'static, str>,
    /// `E`, `W` or empty.
    pub(crate) tipo: Cow<'static, str>,
}

impl Messaggio {
    /// Success: code 0 and an empty type.
    pub(crate) const fn done() -> Self {
        Messaggio {
            codice: Cow::Borrowed("0"),
            descrizione: Cow::Borrowed("Operazione eseguita correttamente"),
            tipo: Cow::Borrowed(""),
        }
    }

    /// A code of the table; a code outside it gets a sentence that says so.
    pub(crate) fn of(codice: &str) -> Self {
        let row = TABLE.iter().find(|(code, _)| *code == codice);
        let (codice, descrizione) = match row {
            Some((code, text)) => (Cow::Borrowed(*code), Cow::Borrowed(*text)),
            None => (codice.to_owned().into(), "MESSAGGIO IMPOSTO AL SIMULATORE".into()),
        };
        let tipo = if is_warning(&codice) { "W" } else { "E" };
        Messaggio { codice, descrizione, tipo: tipo.into() }
    }

    pub(crate) fn is_warning(&self) -> bool {
        self.tipo == "W"
    }
}

/// Whether a code stands for a remark on a stored document: `W` but not `WS`.
pub(crate) fn is_warning(codice: &str) -> bool {
    codice.starts_with('W') && !codice.starts_with("WS")
}

const TABLE: &[(&str, &str)] = &[
    ("002", "PINCODE NON DECIFRABILE"),
    ("003", "UTENTE NON VALIDO O NON PRESENTE"),
    (
        "004",
        "CODICE FISCALE DEL MEDICO NON CORRISPONDENTE A QUELLO UTILIZZATO IN FASE DI AUTENTICAZIONE",
    ),
    ("005", "PINCODE DEL MEDICO ERRATO O NON PIU' ATTIVO"),
    ("006", "MEDICO NON ATTIVO O CF ERRATO"),
    ("010", "IL CF PROPRIETARIO È DIVERSO DA QUELLO UTILIZZATO IN FASE DI AUTENTICAZIONE"),
    (
        "101",
        "IL CAMPO NOMEFILEALLEGATO DEVE ESSERE COMPRESO TRA 6 E 60 CARATTERI E TERMINARE IN .ZIP: \
         IL FILE NON E' STATO ACCOLTO",
    ),
    ("102", "L'ALLEGATO NON È UN FILE DI TIPO ZIP VALIDO: IL FILE NON È STATO ACCOLTO"),
    ("103", "L'ALLEGATO È VUOTO: IL FILE NON È STATO ACCOLTO"),
    ("104", "PINCODE ERRATO"),
    ("105", "INVIO PER CONTO IN ASSENZA DI DELEGA ATTIVA"),
    ("106", "INVIO IN PROPRIO IN PRESENZA DI DELEGA ATTIVA"),
    ("107", "UTENTE NON RICONOSCIUTO"),
    ("108", "LA DIMENSIONE DEL FILE ALLEGATO SUPERA LA SOGLIA CONSENTITA"),
    ("109", "DATI PROPRIETARIO FORMALMENTE ERRATI"),
    ("110", "IL CF PROPRIETARIO È DIVERSO DAL CF DELLA USER"),
    ("111", "UTENTE AUTENTICATO ENTRATE NON ATTIVO"),
    ("112", "INTERMEDIARIO ENTRATE NON AUTORIZZATO"),
    ("113", "PINCODE INCARICANTE ENTRATE NON VALIDO"),
    ("114", "INCARICANTE ENTRATE NON ASSOCIATO"),
    ("200", "ERRORE NELL'APPLICAZIONE: CONTATTARE L'ASSISTENZA"),
    ("S011", "IL CF DEL CITTADINO RISULTA FORMALMENTE ERRATO"),
    ("S017", "IDENTIFICATIVO DOCUMENTO FISCALE GIA' PRESENTE"),
    // Real code, sentence unknown.
    ("S022", "DOCUMENTO NON PRESENTE O GIA' ANNULLATO (TESTO DEL SIMULATORE)"),
    ("S035", "DATA PAGAMENTO IN UN ANNO CHIUSO (TESTO DEL SIMULATORE)"),
    ("S901", "CF CITTADINO PRESENTE CON OPPOSIZIONE (CODICE DEL SIMULATORE)"),
    ("S902", "CF CITTADINO ASSENTE SENZA OPPOSIZIONE (CODICE DEL SIMULATORE)"),
    ("S903", "ALIQUOTA O NATURA IVA ASSENTE (CODICE DEL SIMULATORE)"),
    ("S904", "TIPO DOCUMENTO ASSENTE (CODICE DEL SIMULATORE)"),
    ("S905", "PAGAMENTO TRACCIATO ASSENTE (CODICE DEL SIMULATORE)"),
    ("S906", "DATA PAGAMENTO PRECEDENTE ALLA DATA EMISSIONE (CODICE DEL SIMULATORE)"),
    ("S907", "RIMBORSO CON DATA PAGAMENTO DIVERSA DA DATA EMISSIONE (CODICE DEL SIMULATORE)"),
    ("S908", "DOCUMENTO DA RIMBORSARE NON PRESENTE (CODICE DEL SIMULATORE)"),
    ("S909", "DOCUMENTO COLLEGATO A UN RIMBORSO (CODICE DEL SIMULATORE)"),
    ("S910", "TIPO SPESA NON AMMESSO PER LA CATEGORIA (CODICE DEL SIMULATORE)"),
    ("S911", "NATURA IVA NON AMMESSA (CODICE DEL SIMULATORE)"),
    ("S912", "FLAG TIPO SPESA NON AMMESSO (CODICE DEL SIMULATORE)"),
    ("S913", "IMPORTO NON AMMESSO (CODICE DEL SIMULATORE)"),
    ("S914", "CF CITTADINO NON DECIFRABILE (CODICE DEL SIMULATORE)"),
    ("S915", "RIFERIMENTO AL DOCUMENTO RIMBORSATO INCOERENTE (CODICE DEL SIMULATORE)"),
    ("W003", "IL CF CITTADINO NON PRESENTE IN ARCHIVIO"),
    ("W008", "IL DOCUMENTO E' STATO TRASMESSO OLTRE I TERMINI PREVISTI"),
    ("W010", "IL DOCUMENTO E' STATO ANNULLATO IN PRECEDENZA"),
    ("W014", "ALTRO DOCUMENTO DELLO STESSO CITTADINO NELLA STESSA DATA (TESTO DEL SIMULATORE)"),
    ("WS11", "NESSUN ERRORE PER IL PROTOCOLLO (TESTO DEL SIMULATORE)"),
    ("WS37", "FILE SCARTATO, CONTROLLARE LA RICEVUTA PDF"),
    ("WS96", "LA RICERCA NON HA PRODOTTO RISULTATI"),
    ("WS99", "ERRORE TEMPORANEO (TESTO DEL SIMULATORE)"),
    ("WS901", "TIPO ESTRAZIONE NON AMMESSO (CODICE DEL SIMULATORE)"),
    ("WS902", "INDICARE PROTOCOLLO OPPURE DATA INIZIO E DATA FINE (CODICE DEL SIMULATORE)"),
    ("WS903", "DATA NON VALIDA (CODICE DEL SIMULATORE)"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_invented_code_says_that_it_is_invented() {
        for (code, text) in TABLE {
            let ours = code.starts_with("S9") || code.starts_with("WS90");
            assert_eq!(ours, text.ends_with("(CODICE DEL SIMULATORE)"), "{code}");
        }
    }

    #[test]
    fn only_plain_w_codes_are_warnings() {
        assert!(Messaggio::of("W003").is_warning());
        assert!(!Messaggio::of("WS96").is_warning());
        assert_eq!(Messaggio::of("W777").tipo, "W");
        assert_eq!(Messaggio::of("S017").tipo, "E");
    }
}
