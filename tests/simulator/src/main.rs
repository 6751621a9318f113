//! `sts-simulator`: a fake Sistema TS on loopback. Prints one line of JSON when ready, then runs
//! until its standard input closes or it is terminated.

use clap::Parser;
use std::io::{Read as _, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use sts_simulator::{CERTIFICATE_DER, Clock, Options, Server, Setup, User, World, instant, kit};

/// A fake Sistema TS on loopback: all nine services, strict, with faults on request.
#[derive(Parser)]
struct Arguments {
    /// Where the services listen; loopback only, port 0 picks a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the control interface listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    control: SocketAddr,
    /// Serve HTTPS with a certificate authority made at every start.
    #[arg(long)]
    tls: bool,
    /// `now`, or a moment at which the clock stands: YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ.
    #[arg(long, default_value = "now")]
    clock: String,
    /// The official developer kit: its test users and published ciphertexts are taken in.
    #[arg(long)]
    kit: Option<PathBuf>,
    /// A setup file (JSON).
    #[arg(long)]
    setup: Option<PathBuf>,
    /// Replaces the seed of the setup.
    #[arg(long)]
    seed: Option<u64>,
    /// Where to write the certificates; a temporary folder by default.
    #[arg(long)]
    cert_out: Option<PathBuf>,
    /// Do not watch standard input: run until terminated.
    #[arg(long)]
    ignore_stdin: bool,
}

fn main() -> ExitCode {
    match run(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sts-simulator: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    let mut setup = match &arguments.setup {
        None => Setup::default(),
        Some(path) => serde_json::from_str(&read(path)?)
            .map_err(|error| format!("{}: {error}", path.display()))?,
    };
    if let Some(folder) = &arguments.kit {
        kit::add(&mut setup, folder)?;
    }
    if let Some(seed) = arguments.seed {
        setup.seed = seed;
    }
    let clock = match arguments.clock.as_str() {
        "now" => Clock::system(),
        text => Clock::fixed(instant(text).ok_or("--clock is `now` or YYYY-MM-DDTHH:MM:SSZ")?),
    };
    let server = Server::start(
        World::new(setup.clone())?,
        Options {
            listen: arguments.listen,
            control: arguments.control,
            tls: arguments.tls,
            clock,
            setup: Some(setup),
        },
    )?;
    let temporary = tempfile::Builder::new().prefix("sts-simulator-").tempdir()?;
    let folder = arguments.cert_out.as_deref().unwrap_or(temporary.path());
    std::fs::create_dir_all(folder)?;
    let encryption = folder.join("simulator-cf.cer");
    std::fs::write(&encryption, CERTIFICATE_DER)?;
    let certificate = match &server.ca_pem {
        None => None,
        Some(pem) => {
            let path = folder.join("ca.pem");
            std::fs::write(&path, pem)?;
            Some(path)
        }
    };
    let ready = serde_json::json!({
        "url": server.url,
        "control": server.control,
        "certificate": certificate,
        "encryption_certificate": encryption,
        "invented_users": User::invented().len(),
    });
    let mut out = std::io::stdout().lock();
    writeln!(out, "{ready}")?;
    out.flush()?;
    wait(arguments.ignore_stdin)?;
    drop(server);
    Ok(())
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// Returns when standard input ends, or on SIGTERM or Ctrl-C.
fn wait(ignore_stdin: bool) -> Result<(), ctrlc::Error> {
    let (end, ended) = std::sync::mpsc::channel();
    let signalled = end.clone();
    ctrlc::set_handler(move || {
        let _ = signalled.send(());
    })?;
    if !ignore_stdin {
        std::thread::spawn(move || {
            let mut input = std::io::stdin().lock();
            let mut rest = [0; 1024];
            while input.read(&mut rest).is_ok_and(|n| n > 0) {}
            let _ = end.send(());
        });
    }
    // Fails only when nobody is left to send, which the handler prevents.
    let _ = ended.recv();
    Ok(())
}
