//! Service 2: a zipped file of documents; the answer only says that it was received (PROTOCOL
//! section 5.2).

use crate::archive;
use crate::calendar::LocalTime;
use crate::codes::Messaggio;
use crate::files::Received;
use crate::http::HttpAnswer;
use crate::mtom::{self, Message};
use crate::soap::{self, Xml, child, child_text};
use crate::world::{Asked, World};
use crate::xsd::XOP;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use roxmltree::Node;

/// The attachment of an inviaFileMtom: by reference (MTOM) or inline. `None` when there is no
/// `documento` or what it refers to is missing.
pub(crate) fn attachment(payload: Node<'_, '_>, message: &Message) -> Option<Vec<u8>> {
    let documento = child(payload, "documento")?;
    let include = documento
        .children()
        .find(|c| c.tag_name().name() == "Include" && c.tag_name().namespace() == Some(XOP));
    match include {
        Some(include) => message.attachment(include.attribute("href")?).map(<[u8]>::to_vec),
        None => {
            let text = crate::xsd::text(documento);
            let compact: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
            BASE64.decode(compact).ok()
        }
    }
}

impl World {
    pub(crate) fn invia_file(&mut self, asked: &Asked<'_, '_>) -> HttpAnswer {
        let nome = child_text(asked.payload, "nomeFileAllegato").unwrap_or_default();
        let zip = attachment(asked.payload, asked.message).unwrap_or_default();
        let size = zip.len();
        let refuse =
            |world: &Self, message: &Messaggio| world.acceptance(asked, &nome, size, "", message);
        if let Some((message, false)) = &asked.effects.instead {
            return refuse(self, message);
        }
        // Here a forced code of three digits refuses the file; S and W codes wait for its
        // documents.
        let forced = asked.effects.codes.iter().map(|f| &f.message);
        if let Some(message) =
            forced.into_iter().find(|m| m.codice.bytes().all(|b| b.is_ascii_digit()))
        {
            return refuse(self, &message.clone());
        }
        let checked = self
            .check_pincode(asked, asked.payload, "pincodeInvianteCifrato")
            .and_then(|()| self.owner(asked, child(asked.payload, "datiProprietario"), false))
            .and_then(|owner| {
                if !nome.to_ascii_lowercase().ends_with(".zip") {
                    Err("101")
                } else if zip.is_empty() {
                    Err("103")
                } else if size > archive::ATTACHMENT_LIMIT {
                    Err("108")
                } else if !archive::is_zip(&zip) {
                    Err("102")
                } else {
                    Ok(owner)
                }
            });
        let owner = match checked {
            Ok(owner) => owner,
            Err(code) => return refuse(self, &Messaggio::of(code)),
        };
        let protocollo = self.next_protocol(asked.operation, asked.now_ms);
        let delay = asked.effects.processing_delay.unwrap_or(self.settings.processing_delay_ms);
        self.files.receive(Received {
            protocollo: &protocollo,
            sender: &asked.caller,
            owner: &owner,
            nome_file: &nome,
            zip,
            now_ms: asked.now_ms,
            delay_ms: delay,
            effects: asked.effects,
        });
        if let Some((message, true)) = &asked.effects.instead {
            return refuse(self, message);
        }
        let received = Messaggio {
            codice: "000".into(),
            descrizione:
                "Il file è in attesa di elaborazione, per conoscerne l'esito è necessario \
                          verificare la ricevuta"
                    .into(),
            tipo: "".into(),
        };
        self.acceptance(asked, &nome, size, &protocollo, &received)
    }

    fn acceptance(
        &self,
        asked: &Asked<'_, '_>,
        nome: &str,
        size: usize,
        protocollo: &str,
        message: &Messaggio,
    ) -> HttpAnswer {
        let namespace = asked.operation.schema().namespace.unwrap_or_default();
        let received = message.codice == "000";
        let answer = soap::answer(&Xml::root("inviaFileMtomResponse", namespace, true, |x| {
            x.nest("return", |x| {
                x.leaf("codiceEsito", &message.codice);
                x.leaf("dataAccoglienza", &LocalTime::at(asked.now_ms).dashes());
                x.leaf("descrizioneEsito", &message.descrizione);
                x.leaf("dimensioneFileAllegato", &size.to_string());
                x.leaf("nomeFileAllegato", nome);
                x.leaf("protocollo", protocollo);
                x.leaf("idErrore", if received { "" } else { &message.codice });
            });
        }));
        if asked.message.multipart && self.settings.multipart_answers {
            return mtom::wrapped(&answer);
        }
        answer
    }
}
