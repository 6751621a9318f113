//! `sts preview`: the exact bytes that would leave, without any network.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::path::Path;

use sts_core::Settings;
use sts_core::preview::{self as core, PreviewChannel};
use sts_host::SystemEntropy;

use crate::args::{Channel, Preview};
use crate::failure::{Exit, Failure};
use crate::settings::{Described, certificate, noon, today};
use crate::ui::{Mood, Ui, clean};
use crate::{input, secrets, words};

pub(crate) fn run(ui: &Ui, preview: &Preview) -> Result<Exit, Failure> {
    let (profile, policy) = Described::read(&preview.holder)?.parse()?;
    let mut settings =
        Settings::new(profile, preview.ambiente).map_err(unusable)?.with_policy(policy);
    if let Some(path) = &preview.key {
        settings = settings.with_certificate(&certificate(&input::bytes(path, 1 << 20)?)?);
    }
    let now = noon(today(preview.today));
    let (mut ready, mut left_out) = (Vec::new(), 0);
    for path in &preview.files {
        for document in input::documents(path)? {
            match document.map(|d| (clean(d.id()), settings.judge(&d, now).documento)) {
                Ok((id, Some(documento))) => ready.push((id, documento)),
                Ok((_, None)) | Err(_) => left_out += 1,
            }
        }
    }
    let credentials = secrets::unasked(preview.credentials.as_deref())?;
    let channel = match preview.channel {
        Channel::Sync => PreviewChannel::Sync,
        Channel::File => PreviewChannel::File { group: preview.group as usize },
    };
    let leaving =
        core::preview(&settings, credentials.as_ref(), ready, channel, &mut SystemEntropy)
            .map_err(unusable)?;
    let folder = Folder::new(&preview.out)?;
    let rows: Vec<Row> = leaving
        .iter()
        .enumerate()
        .map(|(n, request)| write(&folder, n + 1, request))
        .collect::<Result<_, _>>()?;
    show(ui, preview, &rows, left_out, credentials.is_none());
    Ok(if left_out == 0 { Exit::Done } else { Exit::Fix })
}

/// A written request: its file, what it does, the ids of its documents.
struct Row {
    file: String,
    operation: &'static str,
    ids: Vec<String>,
}

/// Writes the body as it would leave, what is inside it, and the headers as they may be shown.
fn write(folder: &Folder<'_>, number: usize, preview: &core::Preview) -> Result<Row, Failure> {
    let request = &preview.request;
    let operation = request.operation.name();
    let ending = if preview.contents.is_empty() { "xml" } else { "mime" };
    let stem = format!("{number:04}-{operation}");
    let file = format!("{stem}.{ending}");
    folder.write(&file, &request.body)?;
    for (name, bytes) in &preview.contents {
        folder.write(name, bytes)?;
    }
    let mut headers = format!("POST {}\n", request.url);
    for (name, value) in preview.shown_headers() {
        headers.push_str(&format!("{name}: {value}\n"));
    }
    headers.push_str(&format!("Content-Length: {}\n", request.body.len()));
    folder.write(&format!("{stem}.headers"), headers.as_bytes())?;
    Ok(Row { file, operation, ids: preview.documents.clone() })
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
        options.open(&path).and_then(|mut file| file.write_all(bytes)).map_err(|error| {
            Failure::developer(Exit::Unusable, format_args!("{}: {error}", path.display()))
        })
    }
}

fn show(ui: &Ui, preview: &Preview, rows: &[Row], left_out: usize, placeholder: bool) {
    let header = [("File", "File"), ("Operazione", "Operation"), ("Documenti", "Documents")];
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
