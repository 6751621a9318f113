//! What one document costs on its way into a file, measured against the one operation that cannot
//! be avoided: the RSA-1024 public operation, as OpenSSL does it on this machine in the same run.
//!
//!     cargo bench -p sts-core
//!
//! Prints and judges: a file of 10 000 invoices (rules, encryption, XML, ZIP; every citizen another
//! one, nothing cached) takes at most 3 public operations per invoice; 100 000 in one go take at most
//! 64 MiB besides input and output.

#![allow(missing_docs)]

use std::borrow::Borrow;
use std::hint::black_box;
use std::process::Command;
use std::time::{Duration, Instant};

use cpu_time::ProcessTime;
use peak_alloc::PeakAlloc;
use sts_core::cipher::PublicKey;
use sts_core::domain::invoice::{Input, JsonLimits, read_json};
use sts_core::domain::{
    Cifrato, CodiceFiscale, Data, DocumentoSpesa, Profile, Proprietario, Strictness,
};
use sts_core::entropy::Entropy;
use sts_core::rules::{Calendar, Context, Policy, judge};
use sts_core::wire::Opzionali;
use sts_core::wire::precompilata::{FileWriter, FlagOperazione, Precompilata};

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// The operating system's randomness, as the doors give it to the core.
struct Os;

impl Entropy for Os {
    fn fill(&mut self, buffer: &mut [u8]) {
        getrandom::fill(buffer).expect("the system has randomness");
    }
}

fn main() {
    // Anything but `cargo bench` only wants to know that this builds and runs.
    if !std::env::args().any(|argument| argument == "--bench") {
        let files = World::new().write(&invoices(100));
        assert_eq!(files.iter().map(|f| f.documents).sum::<usize>(), 100);
        return;
    }
    let openssl = openssl_public_operation();
    if let Some(openssl) = openssl {
        report("OpenSSL, RSA-1024 public operation", openssl, None);
    } else {
        println!("skipped: openssl not found, no ratio can be given");
    }

    let key = PublicKey::sanitel();
    let encrypt = best(7, 5_000, || {
        black_box(key.encrypt(black_box(b"ABCDEF00A00A000A"), &mut Os).is_ok());
    });
    report("encryption of one tax code", encrypt, openssl);

    let world = World::new();
    let many = invoices(10_000);
    let rules = best(5, 1, || {
        for invoice in &many {
            black_box(judge(black_box(invoice), &world.context()));
        }
    }) / 10_000;
    report("validation of one invoice", rules, openssl);
    let file = best(5, 1, || {
        black_box(world.write(black_box(&many)));
    }) / 10_000;
    report("one invoice of a file of 10 000, all in all", file, openssl);
    let encrypted: Vec<_> = many.iter().map(|i| world.encrypted(i)).collect();
    let xml_zip = best(5, 1, || {
        black_box(world.write_encrypted(black_box(&encrypted)));
    }) / 10_000;
    report("  of it XML and ZIP", xml_zip, openssl);
    let files = world.write_encrypted(&encrypted);
    let bytes: usize = files.iter().map(|f| f.zip.len()).sum();
    println!("  {} bytes of ZIP", bytes / 10_000);
    drop((many, encrypted, files));

    let many = invoices(100_000);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let start = Instant::now();
    let files = world.write(&many);
    let took = start.elapsed();
    let output: usize = files.iter().map(|f| f.zip.capacity()).sum();
    let peak = ALLOCATOR.peak_usage() - before - output;
    println!(
        "100 000 invoices in {} files, {:.2} s, {:.1} MiB besides input and output",
        files.len(),
        took.as_secs_f64(),
        peak as f64 / f64::from(1 << 20)
    );

    let ratio = openssl.map(|openssl| file.as_secs_f64() / openssl.as_secs_f64());
    let slow = ratio.is_some_and(|ratio| ratio > 3.0);
    let large = peak > 64 << 20;
    println!("ratio at most 3: {}", verdict(!slow && ratio.is_some()));
    println!("memory at most 64 MiB: {}", verdict(!large));
    if slow || large {
        std::process::exit(1);
    }
}

fn verdict(kept: bool) -> &'static str {
    if kept { "kept" } else { "NOT KEPT" }
}

fn report(what: &str, time: Duration, openssl: Option<Duration>) {
    let micros = time.as_secs_f64() * 1e6;
    match openssl {
        Some(o) => {
            println!("{what}: {micros:.2} µs, {:.2} operations", micros / o.as_secs_f64() / 1e6)
        }
        None => println!("{what}: {micros:.2} µs"),
    }
}

/// The best of some rounds, in time of the processor, as `openssl speed` counts its own: what else
/// runs on the machine is in neither.
fn best(rounds: u32, times: u32, mut work: impl FnMut()) -> Duration {
    let round = |work: &mut dyn FnMut()| {
        let start = ProcessTime::now();
        for _ in 0..times {
            work();
        }
        start.elapsed() / times
    };
    (0..rounds).map(|_| round(&mut work)).min().expect("at least one round")
}

/// `openssl speed` prints "rsa 1024 bits 0.000101s 0.000006s 9906.0 171960.0"; the last number is
/// public operations per second.
fn openssl_public_operation() -> Option<Duration> {
    let output =
        Command::new("openssl").args(["speed", "-seconds", "1", "rsa1024"]).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find(|l| l.replace(' ', "").starts_with("rsa1024bits"))?;
    // Newer versions print encryption and decryption as well; seconds end in "s", and of the rates
    // after them the second is verifications per second.
    let columns = line.split("bits").nth(1)?.split_whitespace();
    let mut rates = columns.filter(|column| !column.ends_with('s'));
    let per_second: f64 = rates.nth(1)?.parse().ok()?;
    Some(Duration::from_secs_f64(1.0 / per_second))
}

/// Invoices of different citizens, as a practice has them; the tax codes belong to nobody.
fn invoices(count: usize) -> Vec<Input> {
    let first = Data::new(2026, 1, 2).expect("a day");
    let read = |n: usize| {
        let day = first.plus_days((n % 300) as i64).expect("in range");
        let json = format!(
            r#"{{"id":"{n}","stato":"emessa","dataEmissione":"{day}","numDocumento":"{n}/2026",
                "cessionarioCommittente":{{"personaFisica":true,"cfCittadino":"{cf}"}},
                "dettaglioLinee":[{{"prezzoTotale":"60.00","naturaIVA":"N2.2","tipoSpesa":"SP"}}],
                "datiCassaPrevidenziale":[{{"importoContributoCassa":"1.20"}}],
                "importoTotaleDocumento":"61.20",
                "pagamenti":[{{"dataPagamento":"{day}","importo":"61.20",
                    "modalitaPagamento":"MP08"}}]}}"#,
            cf = tax_code(n),
        );
        let mut inputs = read_json(json.as_bytes(), &JsonLimits::default()).expect("JSON");
        inputs.remove(0).expect("an invoice")
    };
    (0..count).map(read).collect()
}

/// A code of its own for each number, with the check letter that belongs to it and a place of
/// birth that does not exist.
fn tax_code(n: usize) -> String {
    let consonants = b"BCDFGHJKLMNPQRSTVWXZ";
    let letter = |place: u32| char::from(consonants[n / 20_usize.pow(place) % 20]);
    let letters: String = (0..6).map(letter).collect();
    let complete = |check: char| {
        let code = format!("{letters}00A01X999{check}");
        CodiceFiscale::parse(&code, Strictness::Full).is_ok().then_some(code)
    };
    ('A'..='Z').find_map(complete).expect("one letter fits")
}

/// A psychologist on a day of 2026, with the service's key.
struct World {
    profile: Profile,
    policy: Policy,
    calendar: Calendar,
    key: PublicKey,
}

impl World {
    fn new() -> Self {
        let profile = r#"{"categoria":"psicologo","cfProprietario":"FNZLGO84B69X999F",
            "pIva":"99904019991"}"#;
        World {
            profile: serde_json::from_str(profile).expect("a profile"),
            policy: Policy::default(),
            calendar: Calendar::builtin(),
            key: PublicKey::sanitel(),
        }
    }

    fn context(&self) -> Context<'_> {
        Context {
            profile: &self.profile,
            policy: &self.policy,
            calendar: &self.calendar,
            today: Data::new(2026, 11, 23).expect("a day"),
        }
    }

    fn encrypted(&self, invoice: &Input) -> DocumentoSpesa<Cifrato> {
        let judgement = judge(invoice, &self.context());
        let documento = judgement.documento.expect("every invoice can go");
        documento
            .try_map(|cf| self.key.encrypt(cf.expose().as_bytes(), &mut Os))
            .expect("encrypted")
    }

    fn writer(&self) -> FileWriter {
        let owner = Proprietario::Professionista {
            cf_proprietario: self.key.encrypt(b"FNZLGO84B69X999F", &mut Os).expect("encrypted"),
        };
        FileWriter::new("sts-bench", &owner, &Opzionali::default(), usize::MAX).expect("a file")
    }

    fn write(&self, invoices: &[Input]) -> Vec<Precompilata> {
        self.collect(invoices.iter().map(|invoice| self.encrypted(invoice)))
    }

    fn write_encrypted(&self, documents: &[DocumentoSpesa<Cifrato>]) -> Vec<Precompilata> {
        self.collect(documents)
    }

    fn collect<D: Borrow<DocumentoSpesa<Cifrato>>>(
        &self,
        documents: impl IntoIterator<Item = D>,
    ) -> Vec<Precompilata> {
        let mut writer = self.writer();
        let mut files = Vec::new();
        for documento in documents {
            let full = writer.push(FlagOperazione::Inserimento, documento.borrow());
            files.extend(full.expect("fits"));
        }
        files.extend(writer.finish());
        files
    }
}
