//! Requests of a holder: what settings, credentials and chance make of an intention.
//!
//! Each is encrypted anew: the padding is random anyway, and the secrets are nowhere kept.

use crate::domain::{Cifrato, CodiceFiscale, DocumentoSpesa, IdSpesa, Proprietario};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::registry::Operation;
use crate::settings::Settings;
use crate::wire::endpoint::Service;
use crate::wire::file::{Attachment, invia_file};
use crate::wire::interrogazione_puntuale::interrogazione_puntuale;
use crate::wire::request::{Body, BuildError, FileSender};
use crate::wire::{Credentials, HttpRequest, Opzionali, Pincode, Sender, sync};

/// Builds the requests of one holder.
pub(crate) struct Outgoing<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) credentials: &'a Credentials,
    pub(crate) entropy: &'a mut dyn Entropy,
}

impl Outgoing<'_> {
    /// One document by the sync service.
    pub(crate) fn sending(
        &mut self,
        operation: Operation,
        documento: &DocumentoSpesa<Cifrato>,
    ) -> Result<HttpRequest, Error> {
        self.settings.available(Service::DocumentoSpesa)?;
        self.with_sender(|sender| match operation {
            Operation::Inserimento => Ok(sync::inserimento(sender, documento)),
            Operation::Rimborso => sync::rimborso(sender, documento),
        })
    }

    /// What the service holds under a key.
    pub(crate) fn query(&mut self, id: &IdSpesa) -> Result<HttpRequest, Error> {
        self.settings.available(Service::InterrogazionePuntuale)?;
        self.with_sender(|sender| Ok(interrogazione_puntuale(sender, id)))
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

    fn address(&self, body: Result<Body, BuildError>) -> Result<HttpRequest, Error> {
        let body = body.map_err(|_| Error::Bug { why: "a body could not be built" })?;
        let (settings, accesso) = (self.settings, &self.settings.profile().accesso);
        HttpRequest::new(settings.endpoint(), accesso, self.credentials, body)
            .map_err(|missing| Error::ServiceNotAvailable { service: missing.0.name() })
    }
}
