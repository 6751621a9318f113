//! Performing requests.

use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sts_core::domain::Ambiente;
use sts_core::step::{Request, Response};
use ureq::config::Config;
use ureq::http;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{ConnectionDetails, Connector, DefaultConnector, Transport};

use crate::identity::Identity;

/// Performs a request once and says how it ended.
///
/// The three ends must be told apart, because they decide whether a document may be sent again:
/// [`Response::Answered`] with any status, [`Response::NotSent`] only when it is certain that no
/// byte of the request left, [`Response::Unknown`] in every doubt. An implementation neither
/// panics nor repeats nor follows redirects.
pub trait Http {
    /// Performs the request within its `timeout_ms`.
    fn perform(&self, request: &Request) -> Response;
}

impl<F: Fn(&Request) -> Response> Http for F {
    fn perform(&self, request: &Request) -> Response {
        self(request)
    }
}

/// HTTP by ureq and rustls.
///
/// Every request has a connection of its own, so that "not sent" can be proven: a connection that
/// was never established, TLS included, carried nothing. A proxy is taken from the usual
/// environment variables, except for addresses of this machine.
#[derive(Clone, Debug)]
pub struct UreqHttp {
    roots: RootCerts,
    identity: Option<Identity>,
    https_only: bool,
    trouble: Arc<Mutex<Option<String>>>,
}

/// Why a certificate authority cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CaError {
    /// Production trusts the public authorities and no other.
    #[error("a certificate authority of one's own goes with ambiente \"test\" only")]
    Produzione,
    /// No certificate in it, or a damaged one.
    #[error("the file of the certificate authority holds no readable PEM certificate")]
    Pem,
}

impl UreqHttp {
    /// Trusts the public certificate authorities (the roots of Mozilla, compiled in). `http`
    /// addresses are refused outside `test`.
    pub fn new(ambiente: Ambiente) -> Self {
        UreqHttp {
            roots: RootCerts::WebPki,
            identity: None,
            https_only: ambiente != Ambiente::Test,
            trouble: Arc::default(),
        }
    }

    /// Trusts the authorities in a PEM file and no others; in test environments alone, for a
    /// simulator or a proxy of one's own.
    pub fn with_ca(ambiente: Ambiente, pem: &[u8]) -> Result<Self, CaError> {
        if ambiente != Ambiente::Test {
            return Err(CaError::Produzione);
        }
        let mut certificates: Vec<Certificate<'static>> = Vec::new();
        for item in parse_pem(pem) {
            if let PemItem::Certificate(certificate) = item.map_err(|_| CaError::Pem)? {
                certificates.push(certificate);
            }
        }
        if certificates.is_empty() {
            return Err(CaError::Pem);
        }
        let roots = RootCerts::Specific(Arc::new(certificates));
        Ok(UreqHttp { roots, identity: None, https_only: false, trouble: Arc::default() })
    }

    /// Shows this certificate to servers that ask for one; they are verified as before.
    ///
    /// Under TLS 1.3 a server refuses a certificate, or the lack of one, only after the client may
    /// write. A request refused so is [`Response::Unknown`], although no server acts on it.
    #[must_use]
    pub fn with_identity(self, identity: Identity) -> Self {
        UreqHttp { identity: Some(identity), ..self }
    }

    /// Why the last request had no answer, in the words of the network library: refused, no such
    /// host, a certificate nobody knows. For a person to read, with neither address nor
    /// credentials in it; `None` after an answer. Clones share it.
    pub fn trouble(&self) -> Option<String> {
        self.last_trouble().clone()
    }

    fn last_trouble(&self) -> std::sync::MutexGuard<'_, Option<String>> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn config(&self, request: &Request) -> Config {
        let mut tls = TlsConfig::builder().root_certs(self.roots.clone());
        if let Some(Identity { certificate, provider }) = &self.identity {
            tls = tls
                .client_cert(Some(certificate.clone()))
                .unversioned_rustls_crypto_provider(provider.clone());
        }
        let config = Config::builder()
            .tls_config(tls.build())
            .https_only(self.https_only)
            .timeout_global(Some(Duration::from_millis(u64::from(request.timeout_ms))))
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            // What leaves is what the engine made: no header of ours beside Host and length.
            .user_agent(ureq::config::AutoHeaderValue::None)
            .accept(ureq::config::AutoHeaderValue::None)
            .accept_encoding(ureq::config::AutoHeaderValue::None);
        if is_loopback(&request.url) { config.proxy(None).build() } else { config.build() }
    }
}

impl Http for UreqHttp {
    fn perform(&self, request: &Request) -> Response {
        let connected = Arc::new(AtomicBool::new(false));
        let connector = DefaultConnector::default().chain(Witness(connected.clone()));
        let config = self.config(request);
        let agent = ureq::Agent::with_parts(config, connector, DefaultResolver::default());
        let mut message = http::Request::builder().method(request.method).uri(&request.url);
        for (name, value) in &request.headers {
            message = message.header(name, value);
        }
        let Ok(message) = message.body(request.body.as_slice()) else {
            *self.last_trouble() = Some("not an HTTP request".to_owned());
            return Response::NotSent;
        };
        let answer = agent.run(message);
        let (trouble, response) = match answer.map(read) {
            Ok(Response::Unknown) => (Some("the answer broke off".to_owned()), Response::Unknown),
            Ok(response) => (None, response),
            Err(error) if connected.load(Ordering::SeqCst) => {
                (Some(reason(&error)), Response::Unknown)
            }
            Err(error) => (Some(reason(&error)), Response::NotSent),
        };
        *self.last_trouble() = trouble;
        response
    }
}

/// The words of an error without what it is about: an address is not repeated.
fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::BadUri(_) | ureq::Error::RequireHttpsOnly(_) => "not an https address".into(),
        error => error.to_string(),
    }
}

fn read(answer: http::Response<ureq::Body>) -> Response {
    let (head, body) = answer.into_parts();
    let mut bytes = Vec::new();
    let most = Response::MAX_BODY as u64 + 1;
    // A body that breaks off is no answer: what is missing may be the outcome.
    if body.into_reader().take(most).read_to_end(&mut bytes).is_err() {
        return Response::Unknown;
    }
    let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    Response::Answered {
        status: head.status.as_u16(),
        headers: head.headers.iter().map(|(n, v)| (n.as_str().to_owned(), text(v))).collect(),
        body: bytes,
    }
}

fn is_loopback(url: &str) -> bool {
    let uri: Result<http::Uri, _> = url.parse();
    let host = uri.as_ref().ok().and_then(http::Uri::host).unwrap_or_default();
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

/// The last link of the chain that connects: it sees a connection only when it stands, with TLS
/// agreed where there is TLS, and before any byte of the request is written to it.
#[derive(Debug)]
struct Witness(Arc<AtomicBool>);

impl<T: Transport> Connector<T> for Witness {
    type Out = T;

    fn connect(
        &self,
        _: &ConnectionDetails<'_>,
        chained: Option<T>,
    ) -> Result<Option<T>, ureq::Error> {
        if chained.is_some() {
            self.0.store(true, Ordering::SeqCst);
        }
        Ok(chained)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn production_trusts_no_authority_of_ones_own() {
        let error = UreqHttp::with_ca(Ambiente::Produzione, b"").unwrap_err();
        assert_eq!(error, CaError::Produzione);
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let key = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
        for pem in [&b""[..], b"not PEM", key] {
            assert_eq!(UreqHttp::with_ca(Ambiente::Test, pem).unwrap_err(), CaError::Pem);
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        for url in ["http://127.0.0.1:1/a", "https://localhost/", "http://[::1]:80/"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in ["https://localhost.example.org/", "https://127.0.0.1.example.org", "?"] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
