//! Requests of a holder: what settings, credentials and chance make of an intention.
//!
//! Each is encrypted anew: the padding is random anyway, and the secrets are nowhere kept.

use crate::command::Month;
use crate::domain::{
    Cifrato, CodiceFiscale, Data, DocumentoSpesa, FlagPagamentoAnticipato, IdSpesa, Proprietario,
    VoceSpesa,
};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::record::Sent;
use crate::registry::Operation;
use crate::settings::Settings;
use crate::wire::dettaglio_errori::dettaglio_errori;
use crate::wire::endpoint::Service;
use crate::wire::esito_invii::{Ricerca, esito_invii};
use crate::wire::file::{Attachment, invia_file};
use crate::wire::interrogazione_puntuale::interrogazione_puntuale;
use crate::wire::precompilata::FileWriter;
use crate::wire::report_mensile::{TipoEstrazione, report_mensile};
use crate::wire::report_segnalazioni::report_segnalazioni;
use crate::wire::request::{Body, BuildError, FileSender};
use crate::wire::ricevuta_pdf::ricevuta_pdf;
use crate::wire::{Credentials, HttpRequest, Opzionali, Pincode, Sender, sync};

/// Builds the requests of one holder.
pub(crate) struct Outgoing<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) credentials: &'a Credentials,
    pub(crate) entropy: &'a mut dyn Entropy,
}

/// What travels for one document.
#[derive(Clone, Copy)]
pub(crate) enum Content<'a> {
    /// This content.
    Documento(&'a DocumentoSpesa<Cifrato>),
    /// The cancellation of what was sent, whose content may not be known in full.
    Cancelled { sent: &'a Sent, documento: Option<&'a DocumentoSpesa<Cifrato>> },
}

impl Content<'_> {
    /// The document as a file wants it: the schema asks for the content of a cancelled one too
    /// (PROTOCOL section 5.3), of which the totals are always known.
    fn in_a_file(&self) -> DocumentoSpesa<Cifrato> {
        match *self {
            Content::Documento(documento) => documento.clone(),
            Content::Cancelled { documento: Some(documento), .. } => documento.clone(),
            Content::Cancelled { sent, documento: None } => DocumentoSpesa {
                id_spesa: sent.id_spesa.clone(),
                id_rimborso: None,
                data_pagamento: sent.data_pagamento,
                flag_pagamento_anticipato: if sent.data_pagamento < sent.id_spesa.data_emissione {
                    FlagPagamentoAnticipato::Presente
                } else {
                    FlagPagamentoAnticipato::Assente
                },
                cf_cittadino: None,
                voci_spesa: sent
                    .totals
                    .iter()
                    .map(|&(tipo_spesa, importo)| VoceSpesa {
                        tipo_spesa,
                        flag_tipo_spesa: None,
                        importo,
                        iva: None,
                    })
                    .collect(),
                pagamento_tracciato: None,
                tipo_documento: None,
                flag_opposizione: None,
            },
        }
    }
}

impl Outgoing<'_> {
    /// One document by the sync service.
    pub(crate) fn sending(
        &mut self,
        operation: Operation,
        content: &Content<'_>,
    ) -> Result<HttpRequest, Error> {
        self.settings.available(Service::DocumentoSpesa)?;
        self.with_sender(|sender| match *content {
            Content::Cancelled { sent, .. } => Ok(sync::cancellazione(sender, &sent.id_spesa)),
            Content::Documento(documento) => match operation {
                Operation::Inserimento => Ok(sync::inserimento(sender, documento)),
                Operation::Variazione => Ok(sync::variazione(sender, documento)),
                Operation::Rimborso => sync::rimborso(sender, documento),
                Operation::Cancellazione => Ok(sync::cancellazione(sender, &documento.id_spesa)),
            },
        })
    }

    /// What the service holds under a key.
    pub(crate) fn query(&mut self, id: &IdSpesa) -> Result<HttpRequest, Error> {
        self.settings.available(Service::InterrogazionePuntuale)?;
        self.with_sender(|sender| Ok(interrogazione_puntuale(sender, id)))
    }

    /// A file of as many of the documents, from the first, as fit into one; and how many those are.
    /// `mark` and chance make its name its own, also beside another store's. The owner's tax code in it is encrypted anew, so that no two
    /// files are identical, which the service would discard (PAIN 20).
    pub(crate) fn group(
        &mut self,
        mark: u64,
        day: Data,
        operation: Operation,
        contents: &[Content<'_>],
    ) -> Result<(String, usize, HttpRequest), Error> {
        let build = |_| Error::Bug { why: "a file could not be built" };
        let settings = self.settings;
        let profile = settings.profile();
        let opzionali = Opzionali::for_accesso(&profile.accesso);
        let owner = self.proprietario()?;
        let mut chance = [0; 4];
        self.entropy.fill(&mut chance);
        let (day, chance) = (day.to_string().replace('-', ""), crate::state::hex(&chance));
        let stem = format!("sts-{day}-{mark}-{chance}");
        let mut writer =
            FileWriter::new(&stem, &owner, &opzionali, contents.len()).map_err(build)?;
        let flag = operation.in_a_file();
        let mut full = None;
        for content in contents {
            full = writer.push(flag, &content.in_a_file()).map_err(build)?;
            if full.is_some() {
                break;
            }
        }
        let file = full.or_else(|| writer.finish());
        let file = file.ok_or(Error::Bug { why: "a file of no documents" })?;
        let call = self.file(&file.name, &file.zip)?;
        Ok((file.name, file.documents, call))
    }

    /// A file of documents.
    pub(crate) fn file(&mut self, name: &str, zip: &[u8]) -> Result<HttpRequest, Error> {
        self.settings.available(Service::InvioFile)?;
        let profile = self.settings.profile();
        let sender = FileSender {
            pincode: &self.pincode()?,
            // In clear: this envelope alone wants it so (PROTOCOL section 3).
            proprietario: &profile.proprietario,
            opzionali: &Opzionali::for_accesso(&profile.accesso),
        };
        self.address(invia_file(&sender, name, zip, Attachment::Mtom))
    }

    /// The state of the file with this protocol.
    pub(crate) fn file_state(&mut self, protocollo: &str) -> Result<HttpRequest, Error> {
        self.with_opzionali(Service::EsitoInvii, |pincode, opzionali| {
            esito_invii(pincode, opzionali, Ricerca::Protocollo(protocollo))
        })
    }

    /// The states of the files of some days.
    pub(crate) fn files(&mut self, from: Data, to: Data) -> Result<HttpRequest, Error> {
        self.with_opzionali(Service::EsitoInvii, |pincode, opzionali| {
            esito_invii(pincode, opzionali, Ricerca::Periodo(from, to))
        })
    }

    /// The PDF receipt of a protocol.
    pub(crate) fn pdf(&mut self, protocollo: &str) -> Result<HttpRequest, Error> {
        self.with_opzionali(Service::RicevutaPdf, |pincode, opzionali| {
            ricevuta_pdf(pincode, opzionali, protocollo)
        })
    }

    /// The errors of a protocol.
    pub(crate) fn errors(&mut self, protocollo: &str) -> Result<HttpRequest, Error> {
        self.with_opzionali(Service::DettaglioErrori, |pincode, opzionali| {
            dettaglio_errori(pincode, opzionali, protocollo)
        })
    }

    /// The documents paid in a month.
    pub(crate) fn month(&mut self, month: Month) -> Result<HttpRequest, Error> {
        self.settings.available(Service::ReportMensile)?;
        let month = (month.anno, month.mese);
        self.with_sender(|sender| report_mensile(sender, month, TipoEstrazione::Pagamento))
    }

    /// What citizens reported in a period.
    pub(crate) fn segnalazioni(&mut self, from: Data, to: Data) -> Result<HttpRequest, Error> {
        self.settings.available(Service::ReportSegnalazioni)?;
        self.with_sender(|sender| report_segnalazioni(sender, from, to))
    }

    /// A tax code as it travels.
    pub(crate) fn encrypt(&mut self, cf: &CodiceFiscale) -> Result<Cifrato, Error> {
        self.settings.encrypt(cf, self.entropy)
    }

    /// The owner as everything but the file's envelope wants it.
    pub(crate) fn proprietario(&mut self) -> Result<Proprietario<Cifrato>, Error> {
        let settings = self.settings;
        settings.profile().proprietario.try_map(|cf| self.encrypt(cf))
    }

    fn pincode(&mut self) -> Result<Pincode, Error> {
        let accesso = &self.settings.profile().accesso;
        let (pincode, key) = (self.credentials.pincode(), self.settings.public_key());
        Pincode::new(accesso, pincode, key, self.entropy).map_err(|_| Error::BROKEN_ENTROPY)
    }

    fn with_sender(
        &mut self,
        body: impl FnOnce(&Sender<'_>) -> Result<Body, BuildError>,
    ) -> Result<HttpRequest, Error> {
        let opzionali = Opzionali::for_accesso(&self.settings.profile().accesso);
        let (pincode, proprietario) = (self.pincode()?, self.proprietario()?);
        let sender =
            Sender { pincode: &pincode, proprietario: &proprietario, opzionali: &opzionali };
        self.address(body(&sender))
    }

    fn with_opzionali(
        &mut self,
        service: Service,
        body: impl FnOnce(&Pincode, &Opzionali) -> Result<Body, BuildError>,
    ) -> Result<HttpRequest, Error> {
        self.settings.available(service)?;
        let opzionali = Opzionali::for_accesso(&self.settings.profile().accesso);
        let pincode = self.pincode()?;
        self.address(body(&pincode, &opzionali))
    }

    fn address(&self, body: Result<Body, BuildError>) -> Result<HttpRequest, Error> {
        let body = body.map_err(|_| Error::Bug { why: "a body could not be built" })?;
        let (settings, accesso) = (self.settings, &self.settings.profile().accesso);
        HttpRequest::new(settings.endpoint(), accesso, self.credentials, body)
            .map_err(|missing| Error::ServiceNotAvailable { service: missing.0.name() })
    }
}
