//! The schemas of the nine services' requests and of the attached file, as tables.
//!
//! Source: the XSD files of the kit of 18/12/2020. A test validates the simulator's reading of
//! them against the files themselves.

use crate::xsd::Content::{Any, Sequence, Simple as Value};
use crate::xsd::Occurs::{Many, One, Optional};
use crate::xsd::Simple::*;
use crate::xsd::{Content, Element, Particle, Schema, Simple};

const fn one(name: &'static str, content: Content) -> Particle {
    Particle::Element(Element { name, occurs: One, content })
}

const fn optional(name: &'static str, content: Content) -> Particle {
    Particle::Element(Element { name, occurs: Optional, content })
}

const fn many(name: &'static str, content: Content) -> Particle {
    Particle::Element(Element { name, occurs: Many, content })
}

const fn root(name: &'static str, particles: &'static [Particle]) -> Element {
    Element { name, occurs: One, content: Sequence(particles) }
}

const CF: Simple = Length(0, 256);
const TIPI: &[&str] = &["TK", "FC", "FV", "AS", "AD", "SR", "CT", "PI", "IC", "AA", "SV", "SP"];

const PROPRIETARIO: &[Particle] = &[
    optional("codiceRegione", Value(Codice(3, 3))),
    optional("codiceAsl", Value(Codice(3, 3))),
    optional("codiceSSA", Value(Codice(5, 6))),
    optional("cfProprietario", Value(CF)),
];

const PROPRIETARIO_WITH_CF: &[Particle] = &[
    optional("codiceRegione", Value(Codice(3, 3))),
    optional("codiceAsl", Value(Codice(3, 3))),
    optional("codiceSSA", Value(Codice(5, 6))),
    one("cfProprietario", Value(CF)),
];

const NUMERO: &[Particle] =
    &[one("dispositivo", Value(Dispositivo)), one("numDocumento", Value(NumDocumento))];

const ID: &[Particle] = &[
    one("pIva", Value(PIva)),
    one("dataEmissione", Value(DateFrom(2014))),
    one("numDocumentoFiscale", Sequence(NUMERO)),
];

/// The document key of the reading services: laxer than the one of the writing services.
const ID_READ: &[Particle] = &[
    one("pIva", Value(Length(0, 11))),
    one("dataEmissione", Value(DateFrom(2013))),
    one("numDocumentoFiscale", Sequence(NUMERO)),
];

const RATES: &[Element] = &[
    Element { name: "aliquotaIVA", occurs: One, content: Value(Aliquota) },
    Element { name: "naturaIVA", occurs: One, content: Value(Length(2, 10)) },
];

const VOCE_SYNC: &[Particle] = &[
    one("tipoSpesa", Value(OneOf(TIPI))),
    optional("flagTipoSpesa", Value(OneOf(&["1", "2"]))),
    one("importo", Value(Double)),
    Particle::OptionalChoice(RATES),
];

const VOCE_FILE: &[Particle] = &[
    one("tipoSpesa", Value(OneOf(TIPI))),
    optional("flagTipoSpesa", Value(OneOf(&["1", "2"]))),
    one("importo", Value(Importo)),
    Particle::OptionalChoice(RATES),
];

const DOCUMENTO_SYNC: &[Particle] = &[
    one("idSpesa", Sequence(ID)),
    one("dataPagamento", Value(DateFrom(2013))),
    optional("flagPagamentoAnticipato", Value(Simple::One)),
    optional("cfCittadino", Value(CF)),
    many("voceSpesa", Sequence(VOCE_SYNC)),
    optional("pagamentoTracciato", Value(OneOf(&["SI", "NO"]))),
    optional("tipoDocumento", Value(OneOf(&["F", "D"]))),
    optional("flagOpposizione", Value(OneOf(&["0", "1"]))),
];

const DOCUMENTO_FILE: &[Particle] = &[
    one("idSpesa", Sequence(ID)),
    optional("idRimborso", Sequence(ID)),
    one("dataPagamento", Value(DateFrom(2015))),
    optional("flagPagamentoAnticipato", Value(Simple::One)),
    one("flagOperazione", Value(OneOf(&["I", "V", "R", "C"]))),
    optional("cfCittadino", Value(CF)),
    optional("pagamentoTracciato", Value(OneOf(&["SI", "NO"]))),
    optional("tipoDocumento", Value(OneOf(&["F", "D"]))),
    optional("flagOpposizione", Value(OneOf(&["0", "1"]))),
    many("voceSpesa", Sequence(VOCE_FILE)),
];

macro_rules! sync_request {
    ($($tail:expr),+) => {
        &[
            optional("opzionale1", Value(Text)),
            optional("opzionale2", Value(Text)),
            optional("opzionale3", Value(Text)),
            one("pincode", Value(Text)),
            optional("Proprietario", Sequence(PROPRIETARIO)),
            $($tail),+
        ]
    };
}

const fn sync(root: Element) -> Schema {
    Schema { namespace: Some("http://documentospesap730.sanita.finanze.it"), qualified: true, root }
}

pub(crate) static INSERIMENTO: Schema = sync(root(
    "inserimentoDocumentoSpesaRequest",
    sync_request![one("idInserimentoDocumentoFiscale", Sequence(DOCUMENTO_SYNC))],
));

pub(crate) static VARIAZIONE: Schema = sync(root(
    "variazioneDocumentoSpesaRequest",
    sync_request![one("idVariazioneDocumentoFiscale", Sequence(DOCUMENTO_SYNC))],
));

pub(crate) static RIMBORSO: Schema = sync(root(
    "rimborsoDocumentoSpesaRequest",
    sync_request![
        one("idRimborsoDocumentoFiscale", Sequence(ID)),
        one("DocumentoSpesa", Sequence(DOCUMENTO_SYNC))
    ],
));

pub(crate) static CANCELLAZIONE: Schema = sync(root(
    "cancellazioneDocumentoSpesaRequest",
    sync_request![one("idCancellazioneDocumentoFiscale", Sequence(ID))],
));

pub(crate) static INVIA_FILE: Schema = Schema {
    namespace: Some("http://ejb.invioTelematicoSS730p.sanita.finanze.it/"),
    qualified: false,
    root: root(
        "inviaFileMtom",
        &[
            one("nomeFileAllegato", Value(NomeFile)),
            one("pincodeInvianteCifrato", Value(Text)),
            optional("datiProprietario", Sequence(PROPRIETARIO)),
            optional("opzionale1", Value(Text)),
            optional("opzionale2", Value(Text)),
            optional("opzionale3", Value(Text)),
            one("documento", Value(Base64)),
        ],
    ),
};

pub(crate) static FILE: Schema = Schema {
    namespace: None,
    qualified: false,
    root: root(
        "precompilata",
        &[
            optional("opzionale1", Any),
            optional("opzionale2", Any),
            optional("opzionale3", Any),
            one("proprietario", Sequence(PROPRIETARIO)),
            many("documentoSpesa", Sequence(DOCUMENTO_FILE)),
        ],
    ),
};

const RECEIPT_INPUT: &[Particle] = &[
    one("pinCode", Value(Text)),
    optional("protocollo", Value(Text)),
    optional("opzionale1", Value(Text)),
    optional("opzionale2", Value(Text)),
    optional("opzionale3", Value(Text)),
];

const ESITO_INPUT: &[Particle] = &[
    one("pinCode", Value(Text)),
    optional("dataInizio", Value(Text)),
    optional("dataFine", Value(Text)),
    optional("protocollo", Value(Text)),
    optional("opzionale1", Value(Text)),
    optional("opzionale2", Value(Text)),
    optional("opzionale3", Value(Text)),
];

pub(crate) static RICEVUTA_PDF: Schema = Schema {
    namespace: Some("http://ricevutapdf.p730.sanita.sogei.it/"),
    qualified: false,
    root: root("RicevutaPdf", &[optional("DatiInputRichiesta", Sequence(RECEIPT_INPUT))]),
};

pub(crate) static DETTAGLIO_ERRORI: Schema = Schema {
    namespace: Some("http://dettaglioerrori.p730.sanita.sogei.it/"),
    qualified: false,
    root: root("DettaglioErrori", &[optional("DatiInputRichiesta", Sequence(RECEIPT_INPUT))]),
};

pub(crate) static ESITO_INVII: Schema = Schema {
    namespace: Some("http://esitoinvio.p730.sanita.sogei.it/"),
    qualified: false,
    root: root("EsitoInvii", &[optional("DatiInputRichiesta", Sequence(ESITO_INPUT))]),
};

pub(crate) static INTERROGAZIONE_PUNTUALE: Schema = Schema {
    namespace: Some("http://interrogazionepuntuale.p730.sanita.finanze.it"),
    qualified: true,
    root: root(
        "interrogazionePuntualeRequest",
        sync_request![one("idDocumentoFiscale", Sequence(ID_READ))],
    ),
};

pub(crate) static REPORT_MENSILE: Schema = Schema {
    namespace: Some("http://reportmensile.p730.sanita.finanze.it"),
    qualified: true,
    root: root(
        "reportMensileRequest",
        sync_request![one("annoMese", Value(AnnoMese)), one("tipoEstrazione", Value(Length(0, 1)))],
    ),
};

pub(crate) static DETTAGLIO_SEGNALAZIONE: Schema = Schema {
    namespace: Some("http://dettagliosegnalazione.p730.sanita.finanze.it"),
    qualified: true,
    root: root(
        "dettaglioSegnalazioneRequest",
        &[
            one("pincode", Value(Text)),
            one("Proprietario", Sequence(PROPRIETARIO_WITH_CF)),
            one("idDocumentoFiscale", Sequence(ID_READ)),
            optional("opzionale1", Value(Text)),
            optional("opzionale2", Value(Text)),
            optional("opzionale3", Value(Text)),
        ],
    ),
};

pub(crate) static REPORT_SEGNALAZIONI: Schema = Schema {
    namespace: Some("http://reportsegnalazioni.p730.sanita.finanze.it"),
    qualified: true,
    root: root(
        "reportSegnalazioniRequest",
        &[
            one("pincode", Value(Text)),
            one("Proprietario", Sequence(PROPRIETARIO_WITH_CF)),
            one("dataIniPeriodoSegnalazione", Value(DateFrom(2013))),
            one("dataFinPeriodoSegnalazione", Value(DateFrom(2013))),
            optional("opzionale1", Value(Text)),
            optional("opzionale2", Value(Text)),
            optional("opzionale3", Value(Text)),
        ],
    ),
};
