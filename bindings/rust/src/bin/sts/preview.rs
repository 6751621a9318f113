//! `sts preview`: the exact bytes that would leave, without any network.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::path::Path;

use sts_core::cipher::PublicKey;
use sts_core::domain::{Cifrato, CodiceFiscale, DocumentoSpesa, Profile};
use sts_core::rules::{Calendar, Context, judge};
use sts_core::secret::Secret;
use sts_core::wire::endpoint::{Endpoint, Service};
use sts_core::wire::file::{Attachment, invia_file};
use sts_core::wire::precompilata::{FileWriter, FlagOperazione, Precompilata};
use sts_core::wire::request::{Body, FileSender};
use sts_core::wire::{Credentials, HttpRequest, Opzionali, Pincode, Sender, sync, zip};
use sts_host::SystemEntropy;

use crate::args::{Channel, Preview};
use crate::failure::{Exit, Failure};
use crate::settings::{Described, certificate, today};
use crate::ui::{Mood, Ui, clean};
use crate::{input, secrets, words};

/// Stands in for the pincode that was not given.
const NO_PINCODE: &str = "0000000000";
/// Stem of the names of the file service: says nothing about anybody.
const STEM: &str = "sts-preview";

pub(crate) fn run(ui: &Ui, preview: &Preview) -> Result<Exit, Failure> {
    let (profile, policy) = Described::read(&preview.holder)?.parse()?;
    let service = match preview.channel {
        Channel::Sync => Service::DocumentoSpesa,
        Channel::File => Service::InvioFile,
    };
    let endpoint = Endpoint::official(preview.ambiente);
    endpoint.url(&profile.accesso, service).map_err(unusable)?;
    let calendar = Calendar::builtin();
    let today = today(preview.today);
    let context = Context {
        profile: &profile,
        policy: &policy,
        calendar: &calendar,
        today,
    };
    let (mut ready, mut left_out) = (Vec::new(), 0);
    for path in &preview.files {
        for document in input::documents(path)? {
            let judged = document.map(|d| (clean(d.id()), judge(&d, &context).documento));
            match judged {
                Ok((id, Some(documento))) => ready.push((id, documento)),
                Ok((_, None)) | Err(_) => left_out += 1,
            }
        }
    }
    let key = match &preview.key {
        Some(path) => certificate(&input::bytes(path, 1 << 20)?)?.key().clone(),
        None => PublicKey::sanitel(),
    };
    let given = secrets::unasked(preview.credentials.as_deref())?;
    let placeholder = given.is_none();
    let credentials = match given {
        Some(credentials) => credentials,
        None => Credentials::new(Secret::new("-"), Secret::new("-"), Secret::new(NO_PINCODE))
            .map_err(unusable)?,
    };
    let folder = Folder::new(&preview.out)?;
    let writer = Writer {
        profile: &profile,
        key,
        credentials,
        endpoint,
        folder,
    };
    let rows = match preview.channel {
        Channel::Sync => writer.sync(ready)?,
        Channel::File => writer.file(ready, preview.group as usize)?,
    };
    show(ui, preview, &rows, left_out, placeholder);
    Ok(if left_out == 0 { Exit::Done } else { Exit::Fix })
}

/// A written request: its file, what it does, the ids of its documents.
struct Row {
    file: String,
    operation: &'static str,
    ids: Vec<String>,
}

struct Writer<'a> {
    profile: &'a Profile,
    key: PublicKey,
    credentials: Credentials,
    endpoint: Endpoint,
    folder: Folder<'a>,
}

impl Writer<'_> {
    fn sync(
        &self,
        ready: Vec<(String, DocumentoSpesa<CodiceFiscale>)>,
    ) -> Result<Vec<Row>, Failure> {
        let pincode = self.pincode()?;
        let opzionali = Opzionali::for_accesso(&self.profile.accesso);
        let proprietario = self
            .profile
            .proprietario
            .try_map(|cf| self.encrypt(cf))
            .map_err(unusable)?;
        let sender = Sender {
            pincode: &pincode,
            proprietario: &proprietario,
            opzionali: &opzionali,
        };
        let mut rows = Vec::new();
        for (id, documento) in ready {
            let documento = documento
                .try_map(|cf| self.encrypt(&cf))
                .map_err(unusable)?;
            let body = match documento.id_rimborso {
                Some(_) => sync::rimborso(&sender, &documento).map_err(unusable)?,
                None => sync::inserimento(&sender, &documento),
            };
            rows.push(self.request(rows.len() + 1, body, "xml", vec![id])?);
        }
        Ok(rows)
    }

    fn file(
        &self,
        ready: Vec<(String, DocumentoSpesa<CodiceFiscale>)>,
        group: usize,
    ) -> Result<Vec<Row>, Failure> {
        let pincode = self.pincode()?;
        let opzionali = Opzionali::for_accesso(&self.profile.accesso);
        let cifrato = self
            .profile
            .proprietario
            .try_map(|cf| self.encrypt(cf))
            .map_err(unusable)?;
        let sender = FileSender {
            pincode: &pincode,
            proprietario: &self.profile.proprietario,
            opzionali: &opzionali,
        };
        let mut files = FileWriter::new(STEM, &cifrato, &opzionali, group).map_err(unusable)?;
        let (mut rows, mut ids) = (Vec::new(), Vec::new());
        let mut finished = |file: Precompilata, ids: Vec<String>| -> Result<(), Failure> {
            self.folder.write(&file.name, &file.zip)?;
            for entry in zip::read(&file.zip).map_err(internal)? {
                self.folder.write(&entry.name, &entry.bytes)?;
            }
            let body =
                invia_file(&sender, &file.name, &file.zip, Attachment::Mtom).map_err(unusable)?;
            rows.push(self.request(rows.len() + 1, body, "mime", ids)?);
            Ok(())
        };
        for (id, documento) in ready {
            let documento = documento
                .try_map(|cf| self.encrypt(&cf))
                .map_err(unusable)?;
            let flag = match documento.id_rimborso {
                Some(_) => FlagOperazione::Rimborso,
                None => FlagOperazione::Inserimento,
            };
            if let Some(file) = files.push(flag, &documento).map_err(unusable)? {
                finished(file, std::mem::take(&mut ids))?;
            }
            ids.push(id);
        }
        if let Some(file) = files.finish() {
            finished(file, ids)?;
        }
        Ok(rows)
    }

    fn pincode(&self) -> Result<Pincode, Failure> {
        let pincode = self.credentials.pincode();
        Pincode::new(
            &self.profile.accesso,
            pincode,
            &self.key,
            &mut SystemEntropy,
        )
        .map_err(unusable)
    }

    fn encrypt(&self, cf: &CodiceFiscale) -> Result<Cifrato, sts_core::cipher::CipherError> {
        self.key.encrypt(cf.expose().as_bytes(), &mut SystemEntropy)
    }

    /// Writes the body as it would leave, and the headers as they may be shown.
    fn request(
        &self,
        number: usize,
        body: Body,
        ending: &str,
        ids: Vec<String>,
    ) -> Result<Row, Failure> {
        let operation = body.operation().name();
        let accesso = &self.profile.accesso;
        let request =
            HttpRequest::new(&self.endpoint, accesso, &self.credentials, body).map_err(unusable)?;
        let stem = format!("{number:04}-{operation}");
        let file = format!("{stem}.{ending}");
        self.folder.write(&file, &request.body)?;
        let mut headers = format!("POST {}\n", request.url);
        for (name, value) in &request.headers {
            let secret = name.eq_ignore_ascii_case("authorization");
            let value = if secret { "Basic […]" } else { value };
            headers.push_str(&format!("{name}: {value}\n"));
        }
        headers.push_str(&format!("Content-Length: {}\n", request.body.len()));
        self.folder
            .write(&format!("{stem}.headers"), headers.as_bytes())?;
        Ok(Row {
            file,
            operation,
            ids,
        })
    }
}

/// A folder for files that are nobody else's business.
struct Folder<'a>(&'a Path);

impl<'a> Folder<'a> {
    /// A new folder, or an empty one, so that nothing old is taken for new.
    fn new(path: &'a Path) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| {
            Failure::developer(Exit::Unusable, format_args!("{}: {error}", path.display()))
        };
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(path).map_err(failed)?;
        if std::fs::read_dir(path).map_err(failed)?.next().is_some() {
            let path = path.display();
            return Err(Failure::new(
                Exit::Unusable,
                format!("la cartella {path} non è vuota"),
                format!("the folder {path} is not empty"),
            ));
        }
        Ok(Folder(path))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(0o600);
        }
        let path = self.0.join(name);
        options
            .open(&path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(|error| {
                Failure::developer(Exit::Unusable, format_args!("{}: {error}", path.display()))
            })
    }
}

fn show(ui: &Ui, preview: &Preview, rows: &[Row], left_out: usize, placeholder: bool) {
    let header = [
        ("File", "File"),
        ("Operazione", "Operation"),
        ("Documenti", "Documents"),
    ];
    let mut table = ui.table(&header, &[]);
    for row in rows {
        table.add_row(vec![
            ui.cell(&row.file, Mood::Plain),
            ui.cell(row.operation, Mood::Plain),
            ui.cell(row.ids.join(", "), Mood::Plain),
        ]);
    }
    ui.say(&table.to_string());
    let (out, requests) = (preview.out.display(), rows.len());
    ui.tell(
        &format!("{requests} richieste in {out}; nulla è stato inviato."),
        &format!("{requests} requests in {out}; nothing was sent."),
    );
    if left_out > 0 {
        let (it, en, _) = words::verdict(sts_core::rules::Verdict::Send);
        ui.tell(
            &format!("{left_out} documenti non sono «{it}»: sts check dice perché."),
            &format!("{left_out} documents are not \"{en}\": sts check says why."),
        );
    }
    if placeholder {
        ui.tell(
            "Senza credenziali il pincode cifrato è quello di prova 0000000000.",
            "Without credentials the encrypted pincode is the placeholder 0000000000.",
        );
    }
}

fn unusable(error: impl std::fmt::Display) -> Failure {
    Failure::developer(Exit::Unusable, error)
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::developer(Exit::Internal, error)
}
