//! What the transport makes of servers that misbehave.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use sts_core::domain::Ambiente;
use sts_core::step::{Request, Response};
use sts_host::{Http, UreqHttp};

fn request(url: String, timeout_ms: u32) -> Request {
    Request {
        id: "1".to_owned(),
        label: "test",
        method: "POST",
        url,
        headers: vec![
            ("Content-Type".to_owned(), "text/xml".to_owned()),
            ("Authorization".to_owned(), "Basic dXRlbnRl".to_owned()),
        ],
        body: b"<body/>".to_vec(),
        timeout_ms,
        not_after: sts_core::time::Timestamp::MAX,
    }
}

/// A server that does one thing with each connection, and counts them.
struct Server {
    port: u16,
    thread: JoinHandle<Vec<String>>,
}

impl Server {
    /// Reads the request, then acts; `tls` decides what is between.
    fn new(act: impl Fn(&mut TcpStream) + Send + 'static) -> Self {
        Self::accepting(move |mut tcp| {
            let seen = read_request(&mut tcp);
            act(&mut tcp);
            seen
        })
    }

    fn accepting(act: impl Fn(TcpStream) -> String + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = std::thread::spawn(move || {
            let mut seen = vec![act(listener.accept().unwrap().0)];
            // Whoever repeats a request would be in the queue of connections by now.
            listener.set_nonblocking(true).unwrap();
            let patience = Instant::now() + Duration::from_millis(100);
            while Instant::now() < patience {
                if let Ok((tcp, _)) = listener.accept() {
                    drop(tcp);
                    seen.push("a second connection".to_owned());
                }
                std::thread::yield_now();
            }
            seen
        });
        Server { port, thread }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/service", self.port)
    }

    /// The one request that came.
    fn seen(self) -> String {
        let mut seen = self.thread.join().unwrap();
        assert_eq!(seen.len(), 1, "a request is performed exactly once");
        seen.remove(0)
    }
}

fn read_request(stream: &mut impl Read) -> String {
    let mut seen = Vec::new();
    let mut buffer = [0; 1024];
    while !seen.ends_with(b"<body/>") {
        match stream.read(&mut buffer) {
            Ok(n) if n > 0 => seen.extend_from_slice(&buffer[..n]),
            _ => break,
        }
    }
    String::from_utf8(seen).unwrap()
}

/// Closes with a reset: what was received stays unread.
fn reset(tcp: &mut TcpStream) {
    socket2::SockRef::from(&*tcp).set_linger(Some(Duration::ZERO)).unwrap();
    tcp.shutdown(Shutdown::Read).unwrap();
}

fn perform(server: Server) -> (Response, String) {
    let response = UreqHttp::new(Ambiente::Test).perform(&request(server.url(), 5_000));
    (response, server.seen())
}

#[test]
fn a_refused_connection_is_certainly_not_sent() {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let url = format!("http://127.0.0.1:{port}/");
    let response = UreqHttp::new(Ambiente::Test).perform(&request(url, 5_000));
    assert!(matches!(response, Response::NotSent), "{response:?}");
}

#[test]
fn trouble_tells_why_there_was_no_answer_and_ends_with_one() {
    let http = UreqHttp::new(Ambiente::Test);
    assert_eq!(http.trouble(), None);
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    http.perform(&request(format!("http://{address}/secret-path"), 5_000));
    let trouble = http.clone().trouble().unwrap();
    assert!(!trouble.is_empty() && !trouble.contains("secret-path"), "{trouble}");
    let server = Server::new(|stream| {
        let answer = b"HTTP/1.1 500 E\r\nContent-Length: 0\r\n\r\n";
        stream.write_all(answer).unwrap();
    });
    http.perform(&request(server.url(), 5_000));
    assert_eq!(http.trouble(), None);
}

#[test]
fn a_name_that_does_not_resolve_and_an_address_that_is_none_are_certainly_not_sent() {
    // A label of 64 characters is no name, so that no resolver on the network is asked.
    let label = "a".repeat(64);
    for url in [format!("http://{label}.localhost/"), "http://".to_owned(), "?".to_owned()] {
        let response = UreqHttp::new(Ambiente::Test).perform(&request(url, 5_000));
        assert!(matches!(response, Response::NotSent), "{response:?}");
    }
}

#[test]
fn a_header_that_cannot_travel_is_certainly_not_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut request = request(format!("http://{}/", listener.local_addr().unwrap()), 5_000);
    request.headers.push(("Split".to_owned(), "a\r\nb: c".to_owned()));
    let response = UreqHttp::new(Ambiente::Test).perform(&request);
    assert!(matches!(response, Response::NotSent), "{response:?}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "no connection was made");
}

#[test]
fn production_never_speaks_without_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let request = request(format!("http://{}/", listener.local_addr().unwrap()), 5_000);
    let response = UreqHttp::new(Ambiente::Produzione).perform(&request);
    assert!(matches!(response, Response::NotSent), "{response:?}");
    listener.set_nonblocking(true).unwrap();
    assert!(listener.accept().is_err(), "no connection was made");
}

#[test]
fn every_status_is_an_answer_and_redirects_are_not_followed() {
    for status in [200, 302, 307, 401, 404, 500, 503] {
        let (response, _) = perform(Server::new(move |tcp| {
            let answer = format!(
                "HTTP/1.1 {status} X\r\nContent-Length: 2\r\nLocation: /elsewhere\r\n\r\nhi"
            );
            tcp.write_all(answer.as_bytes()).unwrap();
        }));
        let Response::Answered { status: found, headers, body } = response else {
            panic!("{status}: {response:?}");
        };
        assert_eq!((found, body.as_slice()), (status, &b"hi"[..]));
        assert!(headers.contains(&("location".to_owned(), "/elsewhere".to_owned())));
    }
}

#[test]
fn what_leaves_is_what_the_engine_made_with_host_and_length() {
    let (_, seen) = perform(Server::new(|tcp| {
        tcp.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    }));
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    assert_eq!(body, "<body/>");
    let mut lines = head.split("\r\n");
    assert_eq!(lines.next(), Some("POST /service HTTP/1.1"));
    let mut names: Vec<String> =
        lines.map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect();
    names.sort();
    assert_eq!(names, ["authorization", "content-length", "content-type", "host"]);
}

#[test]
fn a_reset_after_the_request_was_read_is_unknown() {
    let (response, seen) = perform(Server::new(reset));
    assert!(matches!(response, Response::Unknown), "{response:?}");
    assert!(seen.ends_with("<body/>"));
}

#[test]
fn a_reset_before_the_request_was_read_is_unknown() {
    let server = Server::accepting(|mut tcp| {
        // A byte has arrived, and nobody has looked at it.
        assert_eq!(tcp.peek(&mut [0; 1]).unwrap(), 1);
        reset(&mut tcp);
        String::new()
    });
    let (response, _) = perform(server);
    assert!(matches!(response, Response::Unknown), "{response:?}");
}

#[test]
fn a_close_without_an_answer_is_unknown() {
    let (response, _) = perform(Server::new(|tcp| tcp.shutdown(Shutdown::Both).unwrap()));
    assert!(matches!(response, Response::Unknown), "{response:?}");
}

#[test]
fn a_body_that_breaks_off_is_unknown() {
    for after in [Shutdown::Both, Shutdown::Write] {
        let (response, _) = perform(Server::new(move |tcp| {
            tcp.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<half").unwrap();
            tcp.shutdown(after).unwrap();
        }));
        assert!(matches!(response, Response::Unknown), "{response:?}");
    }
    let (response, _) = perform(Server::new(|tcp| {
        tcp.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<half\r\n")
            .unwrap();
    }));
    assert!(matches!(response, Response::Unknown), "{response:?}");
}

#[test]
fn what_is_not_http_is_unknown() {
    let (response, _) = perform(Server::new(|tcp| tcp.write_all(b"SSH-2.0-x\r\n\r\n").unwrap()));
    assert!(matches!(response, Response::Unknown), "{response:?}");
}

#[test]
fn a_slow_service_is_unknown_when_its_time_is_up() {
    let server = Server::new(|tcp| {
        // Returns when the client has gone.
        let _ = tcp.read(&mut [0; 1]);
    });
    let started = Instant::now();
    let response = UreqHttp::new(Ambiente::Test).perform(&request(server.url(), 200));
    assert!(matches!(response, Response::Unknown), "{response:?}");
    assert!(started.elapsed() < Duration::from_secs(4));
    server.seen();
}

#[test]
fn a_body_that_drips_is_unknown_when_its_time_is_up() {
    let server = Server::new(|tcp| {
        let _ = tcp.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
        // One byte at a time, for as long as the client listens.
        tcp.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
        while tcp.write_all(b" ").is_ok() && !matches!(tcp.read(&mut [0; 1]), Ok(0)) {}
    });
    let response = UreqHttp::new(Ambiente::Test).perform(&request(server.url(), 300));
    assert!(matches!(response, Response::Unknown), "{response:?}");
    server.seen();
}

#[test]
fn no_more_than_the_limit_is_read_of_a_body() {
    let (response, _) = perform(Server::new(|tcp| {
        let length = 4 * Response::MAX_BODY;
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n");
        let _ = tcp.write_all(head.as_bytes());
        let filler = vec![b' '; 1 << 20];
        while tcp.write_all(&filler).is_ok() {}
    }));
    let Response::Answered { body, .. } = response else { panic!("{response:?}") };
    assert_eq!(body.len(), Response::MAX_BODY + 1);
}

/// A certificate authority and a server certificate of it.
struct Authority {
    pem: String,
    config: Arc<ServerConfig>,
}

fn authority(name: &str) -> Authority {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, &issuer).unwrap();
    let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], private)
        .unwrap();
    Authority { pem: issuer.pem(), config: Arc::new(config) }
}

fn tls_server(config: Arc<ServerConfig>) -> Server {
    Server::accepting(move |tcp| {
        let connection = ServerConnection::new(config.clone()).unwrap();
        let mut stream = StreamOwned::new(connection, tcp);
        let seen = read_request(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
        let _ = stream.flush();
        seen
    })
}

fn perform_tls(http: &UreqHttp, server: Server) -> (Response, String) {
    let url = format!("https://localhost:{}/service", server.port);
    let response = http.perform(&request(url, 5_000));
    (response, server.seen())
}

#[test]
fn tls_with_the_right_authority_is_answered() {
    let authority = authority("localhost");
    let http = UreqHttp::with_ca(Ambiente::Test, authority.pem.as_bytes()).unwrap();
    let (response, seen) = perform_tls(&http, tls_server(authority.config));
    assert!(matches!(response, Response::Answered { status: 200, .. }), "{response:?}");
    assert!(seen.ends_with("<body/>"));
}

#[test]
fn tls_that_cannot_be_trusted_is_certainly_not_sent() {
    let (right, wrong, other) =
        (authority("localhost"), authority("localhost"), authority("example.org"));
    let trusting = |pem: &str| UreqHttp::with_ca(Ambiente::Test, pem.as_bytes()).unwrap();
    let cases = [
        ("another authority", trusting(&wrong.pem), right.config.clone()),
        ("no authority of ours", UreqHttp::new(Ambiente::Test), right.config.clone()),
        ("another name", trusting(&other.pem), other.config.clone()),
    ];
    for (case, http, config) in cases {
        let (response, seen) = perform_tls(&http, tls_server(config));
        let trouble = http.trouble().unwrap();
        assert!(trouble.contains("certificate"), "{case}: {trouble}");
        assert!(matches!(response, Response::NotSent), "{case}: {response:?}");
        assert_eq!(seen, "", "{case}: no byte of the request arrived");
    }
}

#[test]
fn tls_that_breaks_before_it_stands_is_certainly_not_sent() {
    let http = UreqHttp::new(Ambiente::Test);
    let speaks_no_tls = Server::accepting(|mut tcp| {
        let _ = tcp.read(&mut [0; 16]);
        let _ = tcp.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        String::new()
    });
    let closes = Server::accepting(|mut tcp| {
        let _ = tcp.read(&mut [0; 16]);
        String::new()
    });
    for server in [speaks_no_tls, closes] {
        let (response, _) = perform_tls(&http, server);
        assert!(matches!(response, Response::NotSent), "{response:?}");
    }
}
