//! Exactly what would leave, before it leaves, and without leaving.

use crate::domain::{CodiceFiscale, DocumentoSpesa};
use crate::entropy::Entropy;
use crate::error::Error;
use crate::outgoing::{Content, Outgoing};
use crate::registry::Operation;
use crate::secret::Secret;
use crate::settings::Settings;
use crate::wire::precompilata::{FileWriter, Precompilata};
use crate::wire::{Credentials, HttpRequest, Opzionali, zip};

/// By which service the documents would leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PreviewChannel {
    /// `DocumentoSpesa730p`: one request for each document.
    Sync,
    /// `inviaFileMtom`: one request for each file.
    File {
        /// Most documents in one file, at least 1; a file is also split at 5 MB.
        group: usize,
    },
}

/// One request that would leave.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The ids of its documents, as given.
    pub documents: Vec<String>,
    /// The request; its headers carry the credentials.
    pub request: HttpRequest,
    /// What it carries inside, unpacked for reading: the ZIP, and the XML in it. Names without
    /// folders.
    pub contents: Vec<(String, Vec<u8>)>,
}

impl Preview {
    /// The headers as they may be shown: without what stands behind `Authorization: Basic`.
    pub fn shown_headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.request.headers.iter().map(|(name, value)| {
            let secret = name.eq_ignore_ascii_case("authorization");
            (*name, if secret { "Basic […]" } else { value })
        })
    }
}

/// Stands in for a pincode that was not given.
pub const PLACEHOLDER_PINCODE: &str = "0000000000";
/// Stem of the names of previewed files; it says nothing about anybody.
const STEM: &str = "sts-preview";

/// The requests that would carry these documents, each with an id of the caller's. Without
/// credentials, user and password are `-` and the pincode is [`PLACEHOLDER_PINCODE`].
///
/// Fails when the way in of the profile has no such service, or the entropy is broken.
pub fn preview(
    settings: &Settings,
    credentials: Option<&Credentials>,
    documents: Vec<(String, DocumentoSpesa<CodiceFiscale>)>,
    channel: PreviewChannel,
    entropy: &mut dyn Entropy,
) -> Result<Vec<Preview>, Error> {
    let placeholder =
        Credentials::new(Secret::new("-"), Secret::new("-"), Secret::new(PLACEHOLDER_PINCODE))
            .map_err(|_| Error::Bug { why: "the placeholder credentials" })?;
    let credentials = credentials.unwrap_or(&placeholder);
    let mut outgoing = Outgoing { settings, credentials, entropy };
    match channel {
        PreviewChannel::Sync => sync(&mut outgoing, documents),
        PreviewChannel::File { group } => file(&mut outgoing, documents, group),
    }
}

fn sync(
    outgoing: &mut Outgoing<'_>,
    documents: Vec<(String, DocumentoSpesa<CodiceFiscale>)>,
) -> Result<Vec<Preview>, Error> {
    let one = |(id, documento): (String, DocumentoSpesa<CodiceFiscale>)| {
        let documento = documento.try_map(|cf| outgoing.encrypt(&cf))?;
        let operation = Operation::first_of(&documento);
        let request = outgoing.sending(operation, &Content::Documento(&documento))?;
        Ok(Preview { documents: vec![id], request, contents: Vec::new() })
    };
    documents.into_iter().map(one).collect()
}

fn file(
    outgoing: &mut Outgoing<'_>,
    documents: Vec<(String, DocumentoSpesa<CodiceFiscale>)>,
    group: usize,
) -> Result<Vec<Preview>, Error> {
    let wrong_group = |_| Error::Command {
        path: "/group".to_owned(),
        expected: "at least 1 document for each file".to_owned(),
    };
    let unwritten = |_| Error::Bug { why: "a file could not be written" };
    let owner = outgoing.proprietario()?;
    let opzionali = Opzionali::for_accesso(&outgoing.settings.profile().accesso);
    let mut writer = FileWriter::new(STEM, &owner, &opzionali, group).map_err(wrong_group)?;
    let (mut previews, mut ids) = (Vec::new(), Vec::new());
    for (id, documento) in documents {
        let documento = documento.try_map(|cf| outgoing.encrypt(&cf))?;
        let flag = Operation::first_of(&documento).in_a_file();
        if let Some(full) = writer.push(flag, &documento).map_err(unwritten)? {
            previews.push(finished(outgoing, full, std::mem::take(&mut ids))?);
        }
        ids.push(id);
    }
    if let Some(last) = writer.finish() {
        previews.push(finished(outgoing, last, ids)?);
    }
    Ok(previews)
}

fn finished(
    outgoing: &mut Outgoing<'_>,
    file: Precompilata,
    documents: Vec<String>,
) -> Result<Preview, Error> {
    let request = outgoing.file(&file.name, &file.zip)?;
    let inside = zip::read(&file.zip).map_err(|_| Error::Bug { why: "a ZIP of ours" })?;
    let mut contents = vec![(file.name, file.zip)];
    contents.extend(inside.into_iter().map(|entry| (entry.name, entry.bytes)));
    Ok(Preview { documents, request, contents })
}
