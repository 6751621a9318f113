//! A world with a caller and a date, and the requests of every service.

use super::super::{Categoria, FaultRule, HttpRequest, Operation, Setup, World, instant, zip_of};
use super::{Answer, Doc, INTERMEDIARIO, PSICOLOGO};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use std::fmt::Write as _;

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
        if self.is_entratel() { pincode } else { self.seal(&pincode) }
    }

    fn proprietario(&mut self, sealed: bool) -> String {
        let name = self.on_behalf.clone().unwrap_or_else(|| self.user.clone());
        let owner = self.world.user(&name).cloned().unwrap();
        let cf = self.cf_proprietario.clone().unwrap_or(owner.cf_proprietario);
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
        let sede = self.world.user(&self.user).and_then(|u| u.sede.clone()).unwrap_or_default();
        format!("<opzionale1>{sede}</opzionale1>")
    }

    /// A request of this operation with this payload, Basic header included.
    pub(crate) fn request(&self, operation: Operation, payload: &str) -> HttpRequest {
        let known = self.world.user(&self.user).map(|u| u.password.clone());
        let password = self.password.clone().or(known).unwrap_or_default();
        let basic = format!("Basic {}", BASE64.encode(format!("{}:{password}", self.user)));
        let prefix = match self.world.user(&self.user).map(|u| u.categoria) {
            Some(Categoria::IntermediarioEntratel) => "/entrate",
            Some(Categoria::Ente) => "/enti",
            _ => "",
        };
        let body = format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Header/>\
             <s:Body>{payload}</s:Body></s:Envelope>"
        );
        HttpRequest::post(
            &format!("{prefix}{}", operation.service().path()),
            &[("Authorization", &basic), ("Content-Type", "text/xml; charset=utf-8")],
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
        self.send(operation, &format!("<{root} xmlns=\"http://{space}\">{inside}</{root}>"))
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
        self.read(Operation::ReportMensile, "reportMensileRequest", space, &tail)
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
        self.read(Operation::ReportSegnalazioni, "reportSegnalazioniRequest", space, &tail)
    }

    /// The XML of a file: operation letter, document, original of a refund.
    pub(crate) fn file_xml(&mut self, items: &[(&str, &Doc, Option<&Doc>)]) -> String {
        let mut xml =
            format!("<precompilata><proprietario>{}</proprietario>", self.proprietario(true));
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

    /// An inviaFileMtom with its attachment inline, without sending it.
    pub(crate) fn inline_request(&mut self, name: &str, zip: &[u8]) -> HttpRequest {
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
        self.request(Operation::InviaFileMtom, &payload)
    }

    pub(crate) fn send_zip(&mut self, name: &str, zip: &[u8]) -> Answer {
        let request = self.inline_request(name, zip);
        Answer::new(self.world.handle(self.now_ms, &request))
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
        self.ask(Operation::DettaglioErrori, "DettaglioErrori", "dettaglioerrori", &tail)
    }

    pub(crate) fn pdf(&mut self, protocollo: &str) -> Answer {
        let tail = format!("<protocollo>{protocollo}</protocollo>");
        self.ask(Operation::RicevutaPdf, "RicevutaPdf", "ricevutapdf", &tail)
    }
}
