//! The language of the tests: a world with a caller and a date, documents, requests, answers.
//!
//! It uses only what the crate exports, so that the tests in `tests/` read it too.

use super::{
    DocumentKey, FaultRule, HttpRequest, Operation, Reaction, Setup, World, instant, zip_of,
};
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
            value
                .as_ref()
                .map_or(String::new(), |v| format!("<{name}>{v}</{name}>"))
        };
        optional("pagamentoTracciato", &self.tracciato)
            + &optional("tipoDocumento", &self.tipo)
            + &optional("flagOpposizione", &self.opposizione)
    }

    fn items(&self) -> String {
        let item = |voce: &Voce| {
            let flag = voce.flag.as_ref();
            let flag = flag.map_or(String::new(), |f| {
                format!("<flagTipoSpesa>{f}</flagTipoSpesa>")
            });
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
        let text = reaction
            .answer()
            .map_or(String::new(), |answer| answer.text());
        Answer { reaction, text }
    }

    /// Every text of elements of this local name, in order.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let Ok(document) = roxmltree::Document::parse(&self.text) else {
            return Vec::new();
        };
        let named = document
            .descendants()
            .filter(|n| n.tag_name().name() == name);
        named
            .map(|n| n.text().unwrap_or_default().to_owned())
            .collect()
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
        archive
            .by_index(0)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }
}

/// A world, a moment and a caller.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) world: World,
    pub(crate) now_ms: i64,
    pub(crate) user: String,
    pub(crate) password: Option<String>,
    pub(crate) pincode: Option<String>,
    pub(crate) cf_proprietario: Option<String>,
    pub(crate) on_behalf: Option<String>,
    seed: u64,
}

impl Bench {
    /// Noon UTC of this day, called by the psychologist.
    pub(crate) fn new(today: &str) -> Self {
        Self::from(Setup::default(), today)
    }

    pub(crate) fn from(setup: Setup, today: &str) -> Self {
        Bench {
            world: World::new(setup).unwrap(),
            now_ms: instant(&format!("{today}T12:00:00")).unwrap(),
            user: PSICOLOGO.into(),
            password: None,
            pincode: None,
            cf_proprietario: None,
            on_behalf: None,
            seed: 0,
        }
    }

    pub(crate) fn called_by(mut self, user: &str) -> Self {
        self.user = user.into();
        self
    }

    /// The caller speaks for this user.
    pub(crate) fn for_owner(mut self, owner: &str) -> Self {
        self.on_behalf = Some(owner.into());
        self
    }

    pub(crate) fn fault(&mut self, rule: FaultRule) {
        assert!(self.world.add_fault(rule));
    }

    pub(crate) fn seal(&mut self, text: &str) -> String {
        self.seed += 1;
        self.world.encrypt(text, self.seed).unwrap()
    }

    fn is_entratel(&self) -> bool {
        self.user == INTERMEDIARIO
    }

    pub(crate) fn sealed_pincode(&mut self) -> String {
        let known = self.world.user(&self.user).map(|u| u.pincode.clone());
        let pincode = self.pincode.clone().or(known).unwrap_or_default();
        if self.is_entratel() {
            pincode
        } else {
            self.seal(&pincode)
        }
    }

    fn proprietario(&mut self, sealed: bool) -> String {
        let name = self.on_behalf.clone().unwrap_or_else(|| self.user.clone());
        let owner = self.world.user(&name).cloned().unwrap();
        let cf = self
            .cf_proprietario
            .clone()
            .unwrap_or(owner.cf_proprietario);
        let cf = if sealed { self.seal(&cf) } else { cf };
        let mut xml = String::new();
        let codes = [
            ("codiceRegione", owner.codice_regione),
            ("codiceAsl", owner.codice_asl),
            ("codiceSSA", owner.codice_ssa),
        ];
        for (name, code) in codes {
            if let Some(code) = code {
                let _ = write!(xml, "<{name}>{code}</{name}>");
            }
        }
        xml + &format!("<cfProprietario>{cf}</cfProprietario>")
    }

    fn opzionale(&self) -> String {
        let sede = self
            .world
            .user(&self.user)
            .and_then(|u| u.sede.clone())
            .unwrap_or_default();
        format!("<opzionale1>{sede}</opzionale1>")
    }

    /// A request of this operation with this payload, Basic header included.
    pub(crate) fn request(&self, operation: Operation, payload: &str) -> HttpRequest {
        let known = self.world.user(&self.user).map(|u| u.password.clone());
        let password = self.password.clone().or(known).unwrap_or_default();
        let basic = format!(
            "Basic {}",
            BASE64.encode(format!("{}:{password}", self.user))
        );
        let prefix = match self.world.user(&self.user).map(|u| u.categoria) {
            Some(super::Categoria::IntermediarioEntratel) => "/entrate",
            Some(super::Categoria::Ente) => "/enti",
            _ => "",
        };
        let body = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/>\
             <s:Body>{payload}</s:Body></s:Envelope>"
        );
        HttpRequest::post(
            &format!("{prefix}{}", operation.service().path()),
            &[
                ("Authorization", &basic),
                ("Content-Type", "text/xml; charset=utf-8"),
            ],
            body.as_bytes(),
        )
    }

    pub(crate) fn send(&mut self, operation: Operation, payload: &str) -> Answer {
        let request = self.request(operation, payload);
        Answer::new(self.world.handle(self.now_ms, &request))
    }

    /// The payload of a sync operation, without sending it.
    pub(crate) fn sync_payload(&mut self, operation: &str, inside: &str) -> String {
        let pincode = self.sealed_pincode();
        let proprietario = self.proprietario(true);
        format!(
            "<{operation}DocumentoSpesaRequest xmlns=\"http://documentospesap730.sanita.finanze.it\">\
             <pincode>{pincode}</pincode><Proprietario>{proprietario}</Proprietario>{inside}\
             </{operation}DocumentoSpesaRequest>"
        )
    }

    pub(crate) fn sync_document(&mut self, doc: &Doc, element: &str) -> String {
        let sealed = doc.cf.as_ref().map(|cf| self.seal(cf));
        let (head, items) = (doc.head("", "", &sealed), doc.items());
        format!("<{element}>{head}{items}{}</{element}>", doc.flags())
    }

    pub(crate) fn insert(&mut self, doc: &Doc) -> Answer {
        let document = self.sync_document(doc, "idInserimentoDocumentoFiscale");
        let payload = self.sync_payload("inserimento", &document);
        self.send(Operation::Inserimento, &payload)
    }

    pub(crate) fn vary(&mut self, doc: &Doc) -> Answer {
        let document = self.sync_document(doc, "idVariazioneDocumentoFiscale");
        let payload = self.sync_payload("variazione", &document);
        self.send(Operation::Variazione, &payload)
    }

    pub(crate) fn refund(&mut self, original: &Doc, doc: &Doc) -> Answer {
        let document = self.sync_document(doc, "DocumentoSpesa");
        let inside = original.id("idRimborsoDocumentoFiscale") + &document;
        let payload = self.sync_payload("rimborso", &inside);
        self.send(Operation::Rimborso, &payload)
    }

    pub(crate) fn cancel(&mut self, doc: &Doc) -> Answer {
        let payload =
            self.sync_payload("cancellazione", &doc.id("idCancellazioneDocumentoFiscale"));
        self.send(Operation::Cancellazione, &payload)
    }

    /// A qualified reading request.
    fn read(&mut self, operation: Operation, root: &str, space: &str, tail: &str) -> Answer {
        let opzionale = self.opzionale();
        let pincode = self.sealed_pincode();
        let proprietario = self.proprietario(true);
        let core = format!(
            "<pincode>{pincode}</pincode><Proprietario>{proprietario}</Proprietario>{tail}"
        );
        let inside = match operation {
            Operation::DettaglioSegnalazione | Operation::ReportSegnalazioni => core + &opzionale,
            _ => opzionale + &core,
        };
        self.send(
            operation,
            &format!("<{root} xmlns=\"http://{space}\">{inside}</{root}>"),
        )
    }

    pub(crate) fn query(&mut self, doc: &Doc) -> Answer {
        let space = "interrogazionepuntuale.p730.sanita.finanze.it";
        let id = doc.id("idDocumentoFiscale");
        let root = "interrogazionePuntualeRequest";
        self.read(Operation::InterrogazionePuntuale, root, space, &id)
    }

    pub(crate) fn report(&mut self, month: &str, kind: &str) -> Answer {
        let tail = format!("<annoMese>{month}</annoMese><tipoEstrazione>{kind}</tipoEstrazione>");
        let space = "reportmensile.p730.sanita.finanze.it";
        self.read(
            Operation::ReportMensile,
            "reportMensileRequest",
            space,
            &tail,
        )
    }

    pub(crate) fn disputes(&mut self, doc: &Doc) -> Answer {
        let space = "dettagliosegnalazione.p730.sanita.finanze.it";
        let id = doc.id("idDocumentoFiscale");
        let root = "dettaglioSegnalazioneRequest";
        self.read(Operation::DettaglioSegnalazione, root, space, &id)
    }

    pub(crate) fn disputes_between(&mut self, from: &str, to: &str) -> Answer {
        let tail = format!(
            "<dataIniPeriodoSegnalazione>{from}</dataIniPeriodoSegnalazione>\
             <dataFinPeriodoSegnalazione>{to}</dataFinPeriodoSegnalazione>"
        );
        let space = "reportsegnalazioni.p730.sanita.finanze.it";
        self.read(
            Operation::ReportSegnalazioni,
            "reportSegnalazioniRequest",
            space,
            &tail,
        )
    }

    /// The XML of a file: operation letter, document, original of a refund.
    pub(crate) fn file_xml(&mut self, items: &[(&str, &Doc, Option<&Doc>)]) -> String {
        let mut xml = format!(
            "<precompilata><proprietario>{}</proprietario>",
            self.proprietario(true)
        );
        for (flag, doc, original) in items {
            let sealed = doc.cf.as_ref().map(|cf| self.seal(cf));
            let refund = original.map_or(String::new(), |o| o.id("idRimborso"));
            let flag = format!("<flagOperazione>{flag}</flagOperazione>");
            let head = doc.head(&refund, &flag, &sealed);
            let (flags, items) = (doc.flags(), doc.items());
            let _ = write!(xml, "<documentoSpesa>{head}{flags}{items}</documentoSpesa>");
        }
        xml + "</precompilata>"
    }

    pub(crate) fn send_zip(&mut self, name: &str, zip: &[u8]) -> Answer {
        let pincode = self.sealed_pincode();
        let (proprietario, opzionale) = (self.proprietario(false), self.opzionale());
        let payload = format!(
            "<e:inviaFileMtom xmlns:e=\"http://ejb.invioTelematicoSS730p.sanita.finanze.it/\">\
             <nomeFileAllegato>{name}</nomeFileAllegato>\
             <pincodeInvianteCifrato>{pincode}</pincodeInvianteCifrato>\
             <datiProprietario>{proprietario}</datiProprietario>{opzionale}\
             <documento>{}</documento></e:inviaFileMtom>",
            BASE64.encode(zip)
        );
        self.send(Operation::InviaFileMtom, &payload)
    }

    pub(crate) fn send_file(&mut self, items: &[(&str, &Doc, Option<&Doc>)]) -> Answer {
        let xml = self.file_xml(items);
        self.send_zip("prova.zip", &zip_of("prova.xml", xml.as_bytes()))
    }

    /// A receipt request: root, namespace, what follows the pincode.
    fn ask(&mut self, operation: Operation, root: &str, space: &str, tail: &str) -> Answer {
        let pincode = self.sealed_pincode();
        let opzionale = self.opzionale();
        let payload = format!(
            "<r:{root} xmlns:r=\"http://{space}.p730.sanita.sogei.it/\"><DatiInputRichiesta>\
             <pinCode>{pincode}</pinCode>{tail}{opzionale}</DatiInputRichiesta></r:{root}>"
        );
        self.send(operation, &payload)
    }

    pub(crate) fn outcome(&mut self, protocollo: &str) -> Answer {
        let tail = format!("<protocollo>{protocollo}</protocollo>");
        self.ask(Operation::EsitoInvii, "EsitoInvii", "esitoinvio", &tail)
    }

    pub(crate) fn outcomes_between(&mut self, from: &str, to: &str) -> Answer {
        let tail = format!("<dataInizio>{from}</dataInizio><dataFine>{to}</dataFine>");
        self.ask(Operation::EsitoInvii, "EsitoInvii", "esitoinvio", &tail)
    }

    pub(crate) fn errors(&mut self, protocollo: &str) -> Answer {
        let tail = format!("<protocollo>{protocollo}</protocollo>");
        self.ask(
            Operation::DettaglioErrori,
            "DettaglioErrori",
            "dettaglioerrori",
            &tail,
        )
    }

    pub(crate) fn pdf(&mut self, protocollo: &str) -> Answer {
        let tail = format!("<protocollo>{protocollo}</protocollo>");
        self.ask(Operation::RicevutaPdf, "RicevutaPdf", "ricevutapdf", &tail)
    }
}
