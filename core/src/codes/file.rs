//! `codiceEsito` of the asynchronous file, and the same codes in synchronous answers
//! (PROTOCOL section 8.1).

use super::Confidence::{Live, Official, Unknown};
use super::{Explanation, Kind, Severity, Stored, Text, WhoActs};

const A25: &str = "WS asincrono v2.5 (20/12/2020), 4.7";

const RETYPE_PINCODE: Text = Text {
    it: "Ricontrolla il pincode: è di 10 cifre e si stampa dal portale Sistema TS, in Area \
         riservata, Profilo utente, Stampa pincode.",
    en: "Check the pincode: it has 10 digits and is printed from the Sistema TS portal, under Area \
         riservata, Profilo utente, Stampa pincode.",
};
const CHECK_USER: Text = Text {
    it: "Ricontrolla nelle impostazioni il codice utente di Sistema TS, poi fai una sola prova: \
         dopo otto password sbagliate l'utenza viene bloccata.",
    en: "Check the Sistema TS user code in the settings, then test once: eight wrong passwords \
         block the account.",
};
const CHECK_OWNER: Text = Text {
    it: "Controlla nelle impostazioni che il codice fiscale del titolare e l'utenza di Sistema TS \
         siano della stessa persona.",
    en: "Check in the settings that the holder's tax code and the Sistema TS user belong to the \
         same person.",
};
const REPORT: Text = Text {
    it: "Non dipende da te: segnalalo all'assistenza del programma.",
    en: "This is not your doing: report it to the program's support.",
};

/// The base of every refusal of this table: the specification gives them all type E.
const REFUSED: Explanation = Explanation {
    code: None,
    text: None,
    severity: Severity::Errore,
    kind: Kind::Unknown,
    who_acts: WhoActs::UserCredentials,
    meaning: Text {
        it: "Sistema TS non ha accettato l'accesso o il file.",
        en: "Sistema TS did not accept the login or the file.",
    },
    advice: Text {
        it: "Leggi il testo di Sistema TS riportato accanto; se non basta, mandalo all'assistenza \
             del programma.",
        en: "Read the text of Sistema TS shown beside this; if that is not enough, send it to the \
             program's support.",
    },
    stored: Stored::No,
    confidence: Official,
    source: A25,
};

/// Three digits that are in no table.
pub(super) const UNKNOWN: Explanation = Explanation {
    who_acts: WhoActs::Vendor,
    stored: Stored::Unknown,
    confidence: Unknown,
    source: "no table has this code; three digits are access or file level (PROTOCOL 8.2)",
    ..REFUSED
};

pub(super) static ROWS: &[Explanation] = &[
    Explanation {
        code: Some("000"),
        text: Some(
            "Il file è in attesa di elaborazione, per conoscerne l'esito è necessario verificare \
             la ricevuta",
        ),
        severity: Severity::Ok,
        kind: Kind::Ok,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Il file è arrivato a Sistema TS, che deve ancora elaborarlo.",
            en: "The file has reached Sistema TS, which has yet to process it.",
        },
        advice: Text {
            it: "Non devi fare nulla: l'esito arriverà da solo, a volte dopo ore.",
            en: "There is nothing to do: the outcome will come by itself, sometimes after hours.",
        },
        stored: Stored::Unknown,
        confidence: Live,
        source: "answer of production 25/12/2016 quoted by odoo-modules (accents restored)",
    },
    Explanation {
        code: Some("002"),
        text: Some("PINCODE NON DECIFRABILE"),
        kind: Kind::Encryption,
        who_acts: WhoActs::Vendor,
        meaning: Text {
            it: "Sistema TS non riesce a leggere il pincode cifrato: di solito è cambiata la \
                 chiave con cui il programma cifra.",
            en: "Sistema TS cannot read the encrypted pincode: usually the key the program \
                 encrypts with has changed.",
        },
        advice: Text {
            it: "Aggiorna il programma; se è già aggiornato, segnalalo all'assistenza.",
            en: "Update the program; if it is up to date, report it to its support.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("003"),
        text: Some("UTENTE NON VALIDO O NON PRESENTE"),
        kind: Kind::Credentials,
        meaning: Text {
            it: "Sistema TS non conosce questo utente.",
            en: "Sistema TS does not know this user.",
        },
        advice: CHECK_USER,
        ..REFUSED
    },
    Explanation {
        code: Some("004"),
        text: Some(
            "CODICE FISCALE DEL MEDICO NON CORRISPONDENTE A QUELLO UTILIZZATO IN FASE DI \
             AUTENTICAZIONE",
        ),
        kind: Kind::Credentials,
        meaning: Text {
            it: "Il codice fiscale del titolare non è quello dell'utente che ha fatto l'accesso.",
            en: "The holder's tax code is not that of the user who logged in.",
        },
        advice: CHECK_OWNER,
        ..REFUSED
    },
    Explanation {
        code: Some("005"),
        text: Some("PINCODE DEL MEDICO ERRATO O NON PIU' ATTIVO"),
        kind: Kind::Credentials,
        meaning: Text {
            it: "Il pincode è sbagliato o è stato sostituito da uno nuovo.",
            en: "The pincode is wrong or a new one has replaced it.",
        },
        advice: RETYPE_PINCODE,
        ..REFUSED
    },
    Explanation {
        code: Some("006"),
        text: Some("MEDICO NON ATTIVO O CF ERRATO"),
        kind: Kind::Credentials,
        meaning: Text {
            it: "L'utenza del professionista non è attiva, oppure il suo codice fiscale è \
                 sbagliato.",
            en: "The professional's account is not active, or their tax code is wrong.",
        },
        advice: Text {
            it: "Controlla il codice fiscale del titolare; se è giusto, chiedi al tuo Ordine o a \
                 Sistema TS di riattivare l'utenza.",
            en: "Check the holder's tax code; if it is right, ask your professional body or \
                 Sistema TS to reactivate the account.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("010"),
        text: Some("IL CF PROPRIETARIO È DIVERSO DA QUELLO UTILIZZATO IN FASE DI AUTENTICAZIONE"),
        kind: Kind::Credentials,
        meaning: Text {
            it: "Il codice fiscale del titolare non è quello dell'utente che ha fatto l'accesso.",
            en: "The holder's tax code is not that of the user who logged in.",
        },
        advice: CHECK_OWNER,
        ..REFUSED
    },
    Explanation {
        code: Some("101"),
        text: Some(
            "IL CAMPO NOMEFILEALLEGATO DEVE ESSERE COMPRESO TRA 6 E 60 CARATTERI E TERMINARE IN \
             .ZIP: IL FILE NON E’ STATO ACCOLTO",
        ),
        kind: Kind::FileName,
        who_acts: WhoActs::Vendor,
        meaning: Text {
            it: "Il nome del file inviato non è nella forma richiesta.",
            en: "The name of the file sent does not have the required form.",
        },
        advice: REPORT,
        ..REFUSED
    },
    Explanation {
        code: Some("102"),
        text: Some("L'ALLEGATO NON È UN FILE DI TIPO ZIP VALIDO: IL FILE NON È STATO ACCOLTO"),
        kind: Kind::FileContent,
        who_acts: WhoActs::Vendor,
        meaning: Text {
            it: "Il file è arrivato rovinato o non è un archivio ZIP.",
            en: "The file arrived damaged or is not a ZIP archive.",
        },
        advice: REPORT,
        ..REFUSED
    },
    Explanation {
        code: Some("103"),
        text: Some("L'ALLEGATO È VUOTO: IL FILE NON È STATO ACCOLTO"),
        kind: Kind::FileContent,
        who_acts: WhoActs::Vendor,
        meaning: Text { it: "Il file inviato è vuoto.", en: "The file sent is empty." },
        advice: REPORT,
        ..REFUSED
    },
    Explanation {
        code: Some("104"),
        text: Some("PINCODE ERRATO"),
        kind: Kind::Credentials,
        meaning: Text { it: "Il pincode è sbagliato.", en: "The pincode is wrong." },
        advice: RETYPE_PINCODE,
        ..REFUSED
    },
    Explanation {
        code: Some("105"),
        text: Some("INVIO PER CONTO IN ASSENZA DI DELEGA ATTIVA"),
        kind: Kind::Delegation,
        who_acts: WhoActs::Intermediary,
        meaning: Text {
            it: "Hai inviato per conto di un titolare che non ha dato una delega attiva.",
            en: "You sent on behalf of a holder who has given no active delegation.",
        },
        advice: Text {
            it: "Il titolare deve dare o rinnovare la delega sul portale Sistema TS; poi si può \
                 inviare di nuovo.",
            en: "The holder must give or renew the delegation on the Sistema TS portal; then \
                 sending can resume.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("106"),
        text: Some("INVIO IN PROPRIO IN PRESENZA DI DELEGA ATTIVA"),
        kind: Kind::Delegation,
        who_acts: WhoActs::Intermediary,
        meaning: Text {
            it: "Hai delegato qualcun altro, e finché la delega è attiva non puoi inviare da te.",
            en: "You have delegated someone else, and while that stands you cannot send yourself.",
        },
        advice: Text {
            it: "Lascia inviare al delegato, oppure revoca la delega sul portale Sistema TS.",
            en: "Let the delegate send, or revoke the delegation on the Sistema TS portal.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("107"),
        text: Some("UTENTE NON RICONOSCIUTO"),
        kind: Kind::Credentials,
        meaning: Text {
            it: "Sistema TS non riconosce questo utente; può darsi che il tipo di accesso scelto \
                 (in proprio o come intermediario) non sia quello giusto.",
            en: "Sistema TS does not recognise this user; the kind of access chosen (own or as \
                 intermediary) may be the wrong one.",
        },
        advice: CHECK_USER,
        ..REFUSED
    },
    Explanation {
        code: Some("108"),
        text: Some("LA DIMENSIONE DEL FILE ALLEGATO SUPERA LA SOGLIA CONSENTITA"),
        kind: Kind::FileTooLarge,
        who_acts: WhoActs::Nobody,
        meaning: Text {
            it: "Il file supera i 5 MB ammessi e non è stato accolto.",
            en: "The file is over the 5 MB allowed and was not taken.",
        },
        advice: Text {
            it: "Non devi fare nulla: i documenti vanno inviati in gruppi più piccoli.",
            en: "There is nothing to do: the documents must be sent in smaller groups.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("109"),
        text: Some("DATI PROPRIETARIO FORMALMENTE ERRATI"),
        kind: Kind::OwnerData,
        meaning: Text {
            it: "I dati del titolare (codice fiscale o codici regione, ASL e struttura) non sono \
                 nella forma giusta.",
            en: "The holder's data (tax code, or the codes of region, ASL and structure) do not \
                 have the right form.",
        },
        advice: Text {
            it: "Correggili nelle impostazioni: i codici sono sulla stampa del pincode.",
            en: "Correct them in the settings: the codes are on the print-out of the pincode.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("110"),
        text: Some("IL CF PROPRIETARIO È DIVERSO DAL CF DELLA USER"),
        kind: Kind::Credentials,
        meaning: Text {
            it: "Il codice fiscale del titolare non è quello dell'utenza di Sistema TS.",
            en: "The holder's tax code is not that of the Sistema TS account.",
        },
        advice: CHECK_OWNER,
        ..REFUSED
    },
    Explanation {
        code: Some("111"),
        text: Some("UTENTE AUTENTICATO ENTRATE NON ATTIVO"),
        kind: Kind::Entratel,
        who_acts: WhoActs::Intermediary,
        meaning: Text {
            it: "L'utenza Entratel dell'intermediario non è attiva.",
            en: "The intermediary's Entratel account is not active.",
        },
        advice: Text {
            it: "L'intermediario deve far riattivare la propria utenza all'Agenzia delle Entrate.",
            en: "The intermediary must have the account reactivated by Agenzia delle Entrate.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("112"),
        text: Some("INTERMEDIARIO ENTRATE NON AUTORIZZATO"),
        kind: Kind::Entratel,
        who_acts: WhoActs::Intermediary,
        meaning: Text {
            it: "L'intermediario non è autorizzato a inviare a Sistema TS.",
            en: "The intermediary is not authorised to send to Sistema TS.",
        },
        advice: Text {
            it: "L'intermediario verifichi la propria abilitazione Entratel e la delega ricevuta.",
            en: "The intermediary should check its Entratel authorisation and the delegation.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("113"),
        text: Some("PINCODE INCARICANTE ENTRATE NON VALIDO"),
        kind: Kind::Entratel,
        who_acts: WhoActs::Intermediary,
        meaning: Text {
            it: "Il PIN Entratel indicato non è valido.",
            en: "The Entratel PIN given is not valid.",
        },
        advice: Text {
            it: "L'intermediario ricontrolli il PIN: servono gli otto caratteri nelle posizioni \
                 dispari.",
            en: "The intermediary should check the PIN: the eight characters in odd positions are \
                 wanted.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("114"),
        text: Some("INCARICANTE ENTRATE NON ASSOCIATO"),
        kind: Kind::Entratel,
        who_acts: WhoActs::Intermediary,
        meaning: Text {
            it: "L'utente Entratel non risulta collegato alla sede dell'intermediario indicata.",
            en: "The Entratel user is not linked to the intermediary's seat that was given.",
        },
        advice: Text {
            it: "Controlla codice fiscale e sede dell'intermediario nelle impostazioni, per esempio \
                 …-000.",
            en: "Check tax code and seat of the intermediary in the settings, such as …-000.",
        },
        ..REFUSED
    },
    Explanation {
        code: Some("200"),
        text: Some("ERRORE NELL'APPLICAZIONE: CONTATTARE L'ASSISTENZA"),
        kind: Kind::Transient,
        who_acts: WhoActs::Wait,
        meaning: Text {
            it: "Sistema TS ha avuto un problema suo.",
            en: "Sistema TS had a problem of its own.",
        },
        advice: Text {
            it: "Di solito passa da solo: si riprova più tardi. Se continua per giorni, chiama \
                 l'assistenza di Sistema TS.",
            en: "It usually passes: try again later. If it lasts for days, call the support of \
                 Sistema TS.",
        },
        stored: Stored::Unknown,
        ..REFUSED
    },
];
