//! From a body to an HTTP request: credentials, headers, address.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::endpoint::{Endpoint, Operation, Service, ServiceNotAvailable};
use crate::cipher::{CipherError, PublicKey};
use crate::domain::{Accesso, Cifrato, CodiceFiscale, FieldError, Proprietario};
use crate::entropy::Entropy;
use crate::secret::Secret;

/// `Content-Type` of everything but a file with attachments.
pub(super) const TEXT_XML: &str = "text/xml; charset=utf-8";

/// What the holder of the credentials types in; never stored, never printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    username: Secret,
    password: Secret,
    pincode: Secret,
}

/// Why credentials cannot travel; the host's fault, and not a wrong password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// Empty, over 128 bytes, or with a colon or control characters (RFC 7617, section 2).
    #[error("a user name has 1 to 128 bytes, no colon and no control characters")]
    Username,
    /// Empty, over 128 bytes, or with control characters.
    #[error("a password has 1 to 128 bytes and no control characters")]
    Password,
    /// Not 1 to 64 letters and digits.
    #[error("a pincode has 1 to 64 letters and digits")]
    Pincode,
}

impl CredentialsError {
    /// The field at fault.
    pub fn field(self) -> &'static str {
        match self {
            CredentialsError::Username => "username",
            CredentialsError::Password => "password",
            CredentialsError::Pincode => "pincode",
        }
    }
}

impl Credentials {
    /// Takes the three over as they are: nothing is trimmed, because a blank may belong to a
    /// password. What looks like a slip is told by [`password_advice`](crate::rules::password_advice)
    /// and its like.
    pub fn new(
        username: Secret,
        password: Secret,
        pincode: Secret,
    ) -> Result<Self, CredentialsError> {
        let printable = |s: &Secret| {
            let text = s.expose();
            (1..=128).contains(&text.len()) && !text.chars().any(char::is_control)
        };
        if !printable(&username) || username.expose().contains(':') {
            return Err(CredentialsError::Username);
        }
        if !printable(&password) {
            return Err(CredentialsError::Password);
        }
        let pin = pincode.expose();
        if !(1..=64).contains(&pin.len()) || !pin.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Err(CredentialsError::Pincode);
        }
        Ok(Credentials { username, password, pincode })
    }

    /// The user name.
    pub fn username(&self) -> &Secret {
        &self.username
    }

    /// The password.
    pub fn password(&self) -> &Secret {
        &self.password
    }

    /// The pincode, in clear.
    pub fn pincode(&self) -> &Secret {
        &self.pincode
    }

    /// The value of `Authorization`, from the UTF-8 bytes: no charset is documented, and ASCII is
    /// the same in all of them.
    fn basic(&self) -> String {
        let mut plain = Zeroizing::new(String::with_capacity(260));
        plain.push_str(self.username.expose());
        plain.push(':');
        plain.push_str(self.password.expose());
        format!("Basic {}", STANDARD.encode(plain.as_bytes()))
    }
}

/// The pincode as it travels: encrypted, and in clear under `/entrate` alone (PROTOCOL 1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pincode {
    /// Encrypted with the service's key.
    Cifrato(Cifrato),
    /// The eight characters of an Entratel intermediary.
    Chiaro(Secret),
}

impl Pincode {
    /// The form this way in asks for.
    pub fn new(
        accesso: &Accesso,
        pincode: &Secret,
        key: &PublicKey,
        entropy: &mut dyn Entropy,
    ) -> Result<Self, CipherError> {
        match accesso {
            Accesso::Entrate { .. } => Ok(Pincode::Chiaro(pincode.clone())),
            Accesso::Proprio | Accesso::Associazione | Accesso::Enti => {
                let pincode = pincode.expose().as_bytes();
                key.encrypt(pincode, entropy).map(Pincode::Cifrato)
            }
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Pincode::Cifrato(cifrato) => cifrato.as_str(),
            Pincode::Chiaro(secret) => secret.expose(),
        }
    }
}

/// `opzionale1` to `opzionale3`: `None` leaves the element out, an empty text writes it empty.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Opzionali([Option<String>; 3]);

impl Opzionali {
    /// Free texts of at most 256 characters without control characters.
    pub fn new(texts: [Option<String>; 3]) -> Result<Self, FieldError> {
        let allowed = |text: &String| text.len() <= 256 && !text.chars().any(char::is_control);
        if texts.iter().flatten().all(allowed) {
            Ok(Opzionali(texts))
        } else {
            Err(FieldError("an opzionale of at most 256 printable bytes"))
        }
    }

    /// What this way in asks for: the seat in `opzionale1` under `/entrate`, otherwise nothing.
    pub fn for_accesso(accesso: &Accesso) -> Self {
        match accesso {
            Accesso::Entrate { sede } => Opzionali([Some(sede.expose().to_owned()), None, None]),
            Accesso::Proprio | Accesso::Associazione | Accesso::Enti => Opzionali::default(),
        }
    }

    pub(super) fn texts(&self) -> &[Option<String>; 3] {
        &self.0
    }
}

impl fmt::Debug for Opzionali {
    /// Which are present, not what they say: the first may hold a tax code.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let present = self.0.each_ref().map(Option::is_some);
        f.debug_tuple("Opzionali").field(&present).finish()
    }
}

/// Who speaks, in the body of every operation but the file's.
#[derive(Clone, Debug)]
pub struct Sender<'a> {
    /// Pincode of the holder of the credentials.
    pub pincode: &'a Pincode,
    /// Owner of the documents.
    pub proprietario: &'a Proprietario<Cifrato>,
    /// Free fields.
    pub opzionali: &'a Opzionali,
}

/// Who speaks, in the envelope of the file service, which alone takes the owner's tax code in
/// clear (PROTOCOL section 3).
#[derive(Clone, Debug)]
pub struct FileSender<'a> {
    /// Pincode of the holder of the credentials.
    pub pincode: &'a Pincode,
    /// Owner of the documents.
    pub proprietario: &'a Proprietario<CodiceFiscale>,
    /// Free fields.
    pub opzionali: &'a Opzionali,
}

/// Why a body cannot be built; the caller's fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// This service requires the owner's tax code, and the owner has none.
    #[error("this service requires cfProprietario")]
    CfProprietarioMissing,
    /// A refund without the key of its original.
    #[error("a refund requires idRimborso")]
    IdRimborsoMissing,
    /// Not 6 to 60 printable ASCII characters ending `.zip`, without a path (code 101).
    #[error("a file name has 6 to 60 letters, digits, _ . - and ends .zip")]
    FileName,
    /// Over 5 000 000 bytes (code 108).
    #[error("an attachment has at most 5000000 bytes")]
    FileTooLarge,
    /// Not a ZIP file, or empty (codes 102 and 103).
    #[error("the attachment is not a ZIP file")]
    NotZip,
    /// A protocol number with other than 1 to 64 letters, digits, `.`, `_`, `-`.
    #[error("a protocollo has 1 to 64 letters, digits and . _ -")]
    Protocollo,
    /// A month outside 1 to 12, or a period that ends before it begins.
    #[error("the period does not exist")]
    Period,
}

/// A body, and what it asks for.
#[derive(Clone)]
pub struct Body {
    pub(super) operation: Operation,
    pub(super) content_type: String,
    pub(super) bytes: Vec<u8>,
}

impl Body {
    pub(super) fn soap(operation: Operation, bytes: Vec<u8>) -> Self {
        Body { operation, content_type: TEXT_XML.to_owned(), bytes }
    }

    /// The operation it asks for.
    pub fn operation(&self) -> Operation {
        self.operation
    }

    /// The value of `Content-Type`.
    pub fn content_type(&self) -> &str {
        &self.content_type
    }

    /// The bytes to send.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for Body {
    /// Not the bytes: a file's envelope carries a tax code in clear.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({}, {} bytes)", self.operation.name(), self.bytes.len())
    }
}

/// A request to perform exactly once.
#[derive(Clone)]
pub struct HttpRequest {
    /// The service.
    pub service: Service,
    /// The operation.
    pub operation: Operation,
    /// Absolute address; the method is always `POST`.
    pub url: String,
    /// Header names and values; `Authorization` is among them and must not be logged.
    /// `Content-Length` and `Host` are the transport's.
    pub headers: Vec<(&'static str, String)>,
    /// To be sent unchanged.
    pub body: Vec<u8>,
    /// Time for the whole exchange, in milliseconds.
    pub timeout_ms: u32,
}

impl HttpRequest {
    /// Addresses a body. `Authorization` goes along unasked, because the service is not documented
    /// to ask; under `/enti` there is none, because there the client certificate speaks.
    pub fn new(
        endpoint: &Endpoint,
        accesso: &Accesso,
        credentials: &Credentials,
        body: Body,
    ) -> Result<Self, ServiceNotAvailable> {
        let service = body.operation.service();
        let mut headers = vec![
            ("Content-Type", body.content_type),
            ("SOAPAction", body.operation.soap_action().to_owned()),
            ("Accept", "text/xml, multipart/related".to_owned()),
        ];
        if *accesso != Accesso::Enti {
            headers.push(("Authorization", credentials.basic()));
        }
        Ok(HttpRequest {
            service,
            operation: body.operation,
            url: endpoint.url(accesso, service)?,
            headers,
            body: body.bytes,
            timeout_ms: body.operation.timeout_ms(),
        })
    }
}

impl fmt::Debug for HttpRequest {
    /// Neither headers nor body.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HttpRequest")
            .field("operation", &self.operation)
            .field("url", &self.url)
            .field("body", &format_args!("{} bytes", self.body.len()))
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Ambiente, Sede};

    fn credentials(
        username: &str,
        password: &str,
        pincode: &str,
    ) -> Result<Credentials, CredentialsError> {
        Credentials::new(Secret::new(username), Secret::new(password), Secret::new(pincode))
    }

    fn request(accesso: &Accesso) -> HttpRequest {
        let body = Body::soap(Operation::InviaFile, b"ABCDEF00A00A000A".to_vec());
        let endpoint = Endpoint::official(Ambiente::Test);
        let credentials = credentials("utente", "parolà", "1234567890").unwrap();
        HttpRequest::new(&endpoint, accesso, &credentials, body).unwrap()
    }

    fn header<'a>(request: &'a HttpRequest, name: &str) -> Option<&'a str> {
        let header = request.headers.iter().find(|(n, _)| *n == name);
        header.map(|(_, value)| value.as_str())
    }

    #[test]
    fn credentials_go_along_unasked_in_utf8() {
        let request = request(&Accesso::Proprio);
        let expected = format!("Basic {}", STANDARD.encode("utente:parolà"));
        assert_eq!(header(&request, "Authorization"), Some(expected.as_str()));
        assert_eq!(header(&request, "SOAPAction"), Some("\"\""));
    }

    #[test]
    fn under_enti_the_client_certificate_speaks_alone() {
        assert_eq!(header(&request(&Accesso::Enti), "Authorization"), None);
    }

    #[test]
    fn debug_shows_neither_credentials_nor_body() {
        let printed = format!("{:?}", request(&Accesso::Proprio));
        assert!(!printed.contains("Basic") && !printed.contains("ABCDEF"), "{printed}");
        let printed = format!("{:?}", credentials("utente", "parola", "1234567890"));
        assert!(!printed.contains("utente") && !printed.contains("parola"));
        let sede = Accesso::Entrate { sede: Sede::parse("00000000000-000").unwrap() };
        let printed = format!("{:?}", Opzionali::for_accesso(&sede));
        assert!(!printed.contains("0000"), "{printed}");
    }

    #[test]
    fn credentials_that_cannot_travel_are_refused_before_they_are_tried() {
        use CredentialsError::*;
        assert_eq!(credentials("a:b", "p", "1").unwrap_err(), Username);
        assert_eq!(credentials("", "p", "1").unwrap_err(), Username);
        assert_eq!(credentials("a", "p\n", "1").unwrap_err(), Password);
        assert_eq!(credentials("a", "p", "12 3").unwrap_err(), Pincode);
    }

    #[test]
    fn the_pincode_is_in_clear_for_intermediaries_alone() {
        struct Ones;
        impl Entropy for Ones {
            fn fill(&mut self, buffer: &mut [u8]) {
                buffer.fill(1);
            }
        }
        let key = PublicKey::sanitel();
        let pin = Secret::new("4B64AA1D");
        let pincode = |accesso| Pincode::new(accesso, &pin, &key, &mut Ones).unwrap();
        let entrate = Accesso::Entrate { sede: Sede::parse("00000000000-000").unwrap() };
        assert_eq!(pincode(&entrate).as_str(), "4B64AA1D");
        assert_eq!(pincode(&Accesso::Associazione).as_str().len(), 172);
    }
}
