//! The language of the tests: a world with a caller and a date, documents, requests, answers.
//!
//! It uses only what the crate exports, so that the tests in `tests/` read it too.

mod bench;

pub(crate) use bench::Bench;

use super::{DocumentKey, Reaction};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;

pub(crate) const PSICOLOGO: &str = "PSCPRV80A01X999I";
pub(crate) const MEDICO: &str = "MDCPRV75B41X999O";
pub(crate) const FARMACIA: &str = "SIMFAR01";
pub(crate) const ACCREDITATA: &str = "SIMACC01";
pub(crate) const ASSOCIAZIONE: &str = "SIMASS01";
pub(crate) const INTERMEDIARIO: &str = "NTRPRV65A11X999F";
pub(crate) const PATIENT: &str = "PZNPRV90E55X999G";
pub(crate) const OTHER_PATIENT: &str = "PZNSCN91H16X999F";

/// One voceSpesa as text, so that tests can also write what no client should.
#[derive(Clone)]
pub(crate) struct Voce {
    pub(crate) tipo: String,
    pub(crate) flag: Option<String>,
    pub(crate) importo: String,
    pub(crate) iva: String,
}

/// One documentoSpesa as text. [`Doc::new`] is accepted from a psychologist in 2026.
#[derive(Clone)]
pub(crate) struct Doc {
    pub(crate) p_iva: String,
    pub(crate) emissione: String,
    pub(crate) numero: String,
    pub(crate) pagamento: String,
    pub(crate) anticipato: bool,
    pub(crate) cf: Option<String>,
    pub(crate) voci: Vec<Voce>,
    pub(crate) tracciato: Option<String>,
    pub(crate) tipo: Option<String>,
    pub(crate) opposizione: Option<String>,
}

impl Doc {
    pub(crate) fn new(numero: &str) -> Self {
        Doc {
            p_iva: "99900011000".into(),
            emissione: "2026-03-01".into(),
            numero: numero.into(),
            pagamento: "2026-03-01".into(),
            anticipato: false,
            cf: Some(PATIENT.into()),
            voci: vec![Voce {
                tipo: "SP".into(),
                flag: None,
                importo: "90.00".into(),
                iva: "<naturaIVA>N4</naturaIVA>".into(),
            }],
            tracciato: Some("SI".into()),
            tipo: Some("F".into()),
            opposizione: Some("0".into()),
        }
    }

    /// The same with both dates on this day.
    pub(crate) fn on(mut self, day: &str) -> Self {
        self.emissione = day.into();
        self.pagamento = day.into();
        self
    }

    /// The same of another citizen.
    pub(crate) fn of(mut self, cf: &str) -> Self {
        self.cf = Some(cf.into());
        self
    }

    /// The same with one expense of this type and amount.
    pub(crate) fn costs(mut self, tipo: &str, importo: &str) -> Self {
        self.voci.truncate(1);
        for voce in &mut self.voci {
            voce.tipo = tipo.into();
            voce.importo = importo.into();
        }
        self
    }

    /// The same changed by hand.
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Doc)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn key(&self) -> DocumentKey {
        let json = serde_json::json!({ "pIva": self.p_iva, "dataEmissione": self.emissione,
            "dispositivo": 1, "numDocumento": self.numero });
        serde_json::from_value(json).unwrap()
    }

    fn id(&self, element: &str) -> String {
        format!(
            "<{element}><pIva>{}</pIva><dataEmissione>{}</dataEmissione><numDocumentoFiscale>\
             <dispositivo>1</dispositivo><numDocumento>{}</numDocumento></numDocumentoFiscale>\
             </{element}>",
            self.p_iva, self.emissione, self.numero
        )
    }

    fn head(&self, middle: &str, flag: &str, sealed: &Option<String>) -> String {
        let mut xml = self.id("idSpesa") + middle;
        let _ = write!(xml, "<dataPagamento>{}</dataPagamento>", self.pagamento);
        if self.anticipato {
            xml.push_str("<flagPagamentoAnticipato>1</flagPagamentoAnticipato>");
        }
        xml.push_str(flag);
        if let Some(cf) = sealed {
            let _ = write!(xml, "<cfCittadino>{cf}</cfCittadino>");
        }
        xml
    }

    fn flags(&self) -> String {
        let optional = |name: &str, value: &Option<String>| {
            value.as_ref().map_or(String::new(), |v| format!("<{name}>{v}</{name}>"))
        };
        optional("pagamentoTracciato", &self.tracciato)
            + &optional("tipoDocumento", &self.tipo)
            + &optional("flagOpposizione", &self.opposizione)
    }

    fn items(&self) -> String {
        let item = |voce: &Voce| {
            let flag = voce.flag.as_ref();
            let flag =
                flag.map_or(String::new(), |f| format!("<flagTipoSpesa>{f}</flagTipoSpesa>"));
            format!(
                "<voceSpesa><tipoSpesa>{}</tipoSpesa>{flag}<importo>{}</importo>{}</voceSpesa>",
                voce.tipo, voce.importo, voce.iva
            )
        };
        self.voci.iter().map(item).collect()
    }
}

/// What came back.
pub(crate) struct Answer {
    pub(crate) reaction: Reaction,
    pub(crate) text: String,
}

impl Answer {
    fn new(reaction: Reaction) -> Self {
        let text = reaction.answer().map_or(String::new(), |answer| answer.text());
        Answer { reaction, text }
    }

    /// Every text of elements of this local name, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let Ok(document) = roxmltree::Document::parse(&self.text) else {
            return Vec::new();
        };
        let named = document.descendants().filter(|n| n.tag_name().name() == name);
        named.map(|n| n.text().unwrap_or_default().to_owned()).collect()
    }

    /// The first of [`Answer::all`], or nothing.
    pub(crate) fn field(&self, name: &str) -> String {
        self.all(name).into_iter().next().unwrap_or_default()
    }

    /// esitoChiamata and the codes, in short: `0 0`, `1 S017`, `2 0 W003`.
    pub(crate) fn brief(&self) -> String {
        let mut parts = self.all("esitoChiamata");
        parts.extend(self.all("codice"));
        parts.join(" ")
    }

    /// The one file of the ZIP in this element.
    pub(crate) fn unzipped(&self, name: &str) -> String {
        use std::io::Read as _;
        let zip = BASE64.decode(self.field(name)).unwrap();
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zip)).unwrap();
        assert_eq!(archive.len(), 1);
        let mut text = String::new();
        archive.by_index(0).unwrap().read_to_string(&mut text).unwrap();
        text
    }
}
