//! InvioTelematicoSS730pMtom: a file of many documents (PROTOCOL section 5.2).
//!
//! The answer certifies reception alone; what became of the documents is asked for later.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::endpoint::Operation;
use super::mtom;
use super::parts::{child_text, child_token, required, write_opzionali, write_proprietario};
use super::request::{Body, BuildError, FileSender};
use super::soap::{self, Answer, WireError};
use super::xml::XmlWriter;

const NAMESPACE: &str = "http://ejb.invioTelematicoSS730p.sanita.finanze.it/";
const XOP: &str = "http://www.w3.org/2004/08/xop/include";
/// The largest attachment: 5 MB, read as the smaller of the two meanings.
pub const MAX_ATTACHMENT: usize = 5_000_000;

/// How the attachment travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// As a part of its own; the documented way.
    Mtom,
    /// As base64 inside the envelope; works today and may be switched off (kit, LEGGIMI).
    Inline,
}

/// Hands in a ZIP under a neutral name.
pub fn invia_file(
    sender: &FileSender<'_>,
    name: &str,
    zip: &[u8],
    attachment: Attachment,
) -> Result<Body, BuildError> {
    check_name(name)?;
    if zip.len() > MAX_ATTACHMENT {
        return Err(BuildError::FileTooLarge);
    }
    if !zip.starts_with(super::zip::MAGIC) {
        return Err(BuildError::NotZip);
    }
    Ok(match attachment {
        Attachment::Mtom => {
            let envelope = envelope(sender, name, |xml| {
                let href = format!("cid:{name}");
                let attributes = [("xmlns:xop", XOP), ("href", href.as_str())];
                xml.open_with("xop:Include", &attributes);
                xml.close("xop:Include");
            });
            let (content_type, bytes) = mtom::message(&envelope, zip, name);
            Body { operation: Operation::InviaFile, content_type, bytes }
        }
        Attachment::Inline => {
            let text = STANDARD.encode(zip);
            let bytes = envelope(sender, name, |xml| xml.text(&text));
            Body::soap(Operation::InviaFile, bytes)
        }
    })
}

/// `nomeFileAllegato`: 6 to 60 characters ending `.zip` (code 101). The characters are fewer than
/// the schema admits, so that the name also serves as a content id and inside the ZIP.
pub(super) fn check_name(name: &str) -> Result<(), BuildError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    let fits = (6..=60).contains(&name.len()) && name.bytes().all(allowed);
    if fits && name.ends_with(".zip") && !name.starts_with('.') {
        Ok(())
    } else {
        Err(BuildError::FileName)
    }
}

fn envelope(
    sender: &FileSender<'_>,
    name: &str,
    documento: impl FnOnce(&mut XmlWriter),
) -> Vec<u8> {
    soap::unqualified("inviaFileMtom", NAMESPACE, |xml| {
        xml.leaf("nomeFileAllegato", name);
        xml.leaf("pincodeInvianteCifrato", sender.pincode.as_str());
        write_proprietario(xml, "datiProprietario", sender.proprietario);
        write_opzionali(xml, sender.opzionali);
        xml.open("documento");
        documento(xml);
        xml.close("documento");
    })
}

/// What the service says of a file it was handed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RicevutaInvio {
    /// `000` when the file was received; anything else refuses it (PROTOCOL section 8.1).
    pub codice_esito: String,
    /// When, as the service writes it: `dd-MM-yyyy HH:mm:ss`.
    pub data_accoglienza: Option<String>,
    /// The service's words.
    pub descrizione_esito: String,
    /// Size of the attachment as received, in bytes.
    pub dimensione_file: Option<u64>,
    /// Name of the file as received.
    pub nome_file: Option<String>,
    /// Protocol number, opaque; it certifies reception and not acceptance.
    pub protocollo: Option<String>,
    /// Filled on failure.
    pub id_errore: Option<String>,
}

impl RicevutaInvio {
    /// Whether the file was received.
    pub fn is_received(&self) -> bool {
        self.codice_esito == "000"
    }
}

/// Reads the answer.
pub fn parse(status: u16, body: &[u8]) -> Result<RicevutaInvio, WireError> {
    let payload = Answer::open(status, body, NAMESPACE, "inviaFileMtomResponse")?.payload;
    let receipt = required(&payload, None, "return")?;
    Ok(RicevutaInvio {
        codice_esito: child_token(receipt, None, "codiceEsito")
            .ok_or(WireError::Malformed("codiceEsito"))?,
        data_accoglienza: child_text(receipt, None, "dataAccoglienza"),
        descrizione_esito: child_text(receipt, None, "descrizioneEsito").unwrap_or_default(),
        dimensione_file: child_token(receipt, None, "dimensioneFileAllegato")
            .and_then(|size| size.parse().ok()),
        nome_file: child_text(receipt, None, "nomeFileAllegato"),
        protocollo: child_token(receipt, None, "protocollo"),
        id_errore: child_token(receipt, None, "idErrore"),
    })
}
