//! The attached file: documents of one owner as XML in ZIP archives (PROTOCOL section 5.3).

use super::file::{MAX_ATTACHMENT, check_name};
use super::parts::{
    write_cittadino, write_flags, write_id, write_opzionali, write_pagamento, write_proprietario,
    write_voce,
};
use super::request::{BuildError, Opzionali};
use super::xml::XmlWriter;
use super::zip::SingleEntry;
use crate::domain::{Cifrato, DocumentoSpesa, Proprietario};

/// `flagOperazione`: what to do with a document of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagOperazione {
    /// `I`: store.
    Inserimento,
    /// `V`: replace.
    Variazione,
    /// `R`: store as a refund.
    Rimborso,
    /// `C`: cancel. The schema asks for the whole document, not for its key alone.
    Cancellazione,
}

impl FlagOperazione {
    const fn as_str(self) -> &'static str {
        match self {
            FlagOperazione::Inserimento => "I",
            FlagOperazione::Variazione => "V",
            FlagOperazione::Rimborso => "R",
            FlagOperazione::Cancellazione => "C",
        }
    }
}

/// A finished file, ready for [`invia_file`](super::file::invia_file).
#[derive(Clone, PartialEq, Eq)]
pub struct Precompilata {
    /// Neutral name, ending `.zip`; the XML inside has the same name, ending `.xml`.
    pub name: String,
    /// The archive, at most [`MAX_ATTACHMENT`] bytes.
    pub zip: Vec<u8>,
    /// How many documents it holds.
    pub documents: usize,
}

impl std::fmt::Debug for Precompilata {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (documents, bytes) = (self.documents, self.zip.len());
        write!(f, "Precompilata({}, {documents} documents, {bytes} bytes)", self.name)
    }
}

/// Writes documents into as many files as they need, one file in memory at a time.
///
/// The same documents give the same bytes. Files are called `stem-001.zip`, `stem-002.zip` and so
/// on.
pub struct FileWriter {
    stem: String,
    head: Vec<u8>,
    max_documents: usize,
    files: usize,
    open: Option<Open>,
    scratch: Vec<u8>,
}

struct Open {
    name: String,
    entry: SingleEntry,
    documents: usize,
}

const ROOT: &str = "precompilata";
const TAIL: &[u8] = b"</precompilata>";
/// The end of the XML and the directory of the archive.
const CLOSING: usize = 1024;
/// What deflate adds at worst to text it cannot compress, as a fraction of it.
const EXPANSION: usize = 1000;

impl FileWriter {
    /// Begins, with at most `max_documents` (at least one) in each file. The stem is 1 to 50
    /// letters, digits, `_`, `.`, `-` and says nothing about persons.
    pub fn new(
        stem: &str,
        proprietario: &Proprietario<Cifrato>,
        opzionali: &Opzionali,
        max_documents: usize,
    ) -> Result<Self, BuildError> {
        if stem.is_empty() || stem.len() > 50 {
            return Err(BuildError::FileName);
        }
        check_name(&format!("{stem}-001.zip"))?;
        let mut xml = XmlWriter::new(Vec::new());
        xml.declaration();
        xml.open_with(
            ROOT,
            &[
                ("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance"),
                ("xsi:noNamespaceSchemaLocation", "730_precompilata.xsd"),
            ],
        );
        write_opzionali(&mut xml, opzionali);
        write_proprietario(&mut xml, "proprietario", proprietario);
        Ok(FileWriter {
            stem: stem.to_owned(),
            head: xml.finish(),
            max_documents: max_documents.max(1),
            files: 0,
            open: None,
            scratch: Vec::with_capacity(4096),
        })
    }

    /// Adds a document. When it does not fit any more, the file before it is returned finished and
    /// a new one begins with it.
    pub fn push(
        &mut self,
        flag: FlagOperazione,
        documento: &DocumentoSpesa<Cifrato>,
    ) -> Result<Option<Precompilata>, BuildError> {
        if flag == FlagOperazione::Rimborso && documento.id_rimborso.is_none() {
            return Err(BuildError::IdRimborsoMissing);
        }
        let mut buffer = std::mem::take(&mut self.scratch);
        buffer.clear();
        let mut xml = XmlWriter::new(buffer);
        write_documento(&mut xml, flag, documento);
        self.scratch = xml.finish();

        let length = self.scratch.len();
        let at_worst = length + length / EXPANSION + CLOSING;
        // Refused before anything is closed, so that no finished file is lost with the error.
        if self.head.len() + SingleEntry::HELD_BACK + CLOSING + at_worst > MAX_ATTACHMENT {
            return Err(BuildError::FileTooLarge);
        }
        let full = |open: &Open| {
            open.documents >= self.max_documents || open.entry.at_most() + at_worst > MAX_ATTACHMENT
        };
        let finished = match self.open.as_ref().is_some_and(full) {
            true => self.close(),
            false => None,
        };
        if self.open.is_none() {
            self.begin();
        }
        let open = self.open.as_mut().expect("begun above");
        open.entry.write(&self.scratch);
        open.documents += 1;
        Ok(finished)
    }

    /// Ends: the last file, or `None` when no document was added since the one before.
    pub fn finish(mut self) -> Option<Precompilata> {
        self.close()
    }

    fn begin(&mut self) {
        self.files += 1;
        let name = format!("{}-{:03}", self.stem, self.files);
        let mut entry = SingleEntry::new(&format!("{name}.xml"));
        entry.write(&self.head);
        self.open = Some(Open { name: format!("{name}.zip"), entry, documents: 0 });
    }

    fn close(&mut self) -> Option<Precompilata> {
        let mut open = self.open.take().filter(|open| open.documents > 0)?;
        open.entry.write(TAIL);
        Some(Precompilata { name: open.name, zip: open.entry.finish(), documents: open.documents })
    }
}

impl std::fmt::Debug for FileWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (stem, files) = (&self.stem, self.files);
        write!(f, "FileWriter({stem}, file {files})")
    }
}

/// `documentoSpesa` in the order of the file: the operation after the payment date, the items
/// last.
fn write_documento(xml: &mut XmlWriter, flag: FlagOperazione, documento: &DocumentoSpesa<Cifrato>) {
    xml.open("documentoSpesa");
    write_id(xml, "idSpesa", &documento.id_spesa);
    if flag == FlagOperazione::Rimborso
        && let Some(original) = &documento.id_rimborso
    {
        write_id(xml, "idRimborso", original);
    }
    write_pagamento(xml, documento);
    xml.leaf("flagOperazione", flag.as_str());
    write_cittadino(xml, documento);
    write_flags(xml, documento);
    for voce in &documento.voci_spesa {
        write_voce(xml, voce);
    }
    xml.close("documentoSpesa");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        Data, Dispositivo, FlagPagamentoAnticipato, IdSpesa, Importo, Iva, Natura, NumDocumento,
        PartitaIva, Strictness, TipoSpesa, VoceSpesa,
    };
    use crate::wire::zip;

    fn cifrato(seed: usize) -> Cifrato {
        let mut state = seed as u64 ^ 0x9e37_79b9_7f4a_7c15;
        let bytes: Vec<u8> = (0..128)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        Cifrato::from_bytes(&bytes).unwrap()
    }

    fn documento(number: usize, voci: usize) -> DocumentoSpesa<Cifrato> {
        let data = Data::new(2026, 3, 31).unwrap();
        DocumentoSpesa {
            id_spesa: IdSpesa {
                p_iva: PartitaIva::parse("00000000000", Strictness::Kit).unwrap(),
                data_emissione: data,
                dispositivo: Dispositivo::INVOICE,
                num_documento: NumDocumento::parse(&number.to_string()).unwrap(),
            },
            id_rimborso: None,
            data_pagamento: data,
            flag_pagamento_anticipato: FlagPagamentoAnticipato::Assente,
            cf_cittadino: Some(cifrato(number)),
            voci_spesa: vec![
                VoceSpesa {
                    tipo_spesa: TipoSpesa::Sp,
                    flag_tipo_spesa: None,
                    importo: Importo::from_cents(6_320).unwrap(),
                    iva: Some(Iva::Natura(Natura::N2_2)),
                };
                voci
            ],
            pagamento_tracciato: None,
            tipo_documento: None,
            flag_opposizione: None,
        }
    }

    fn writer(max_documents: usize) -> FileWriter {
        let owner = Proprietario::Professionista { cf_proprietario: cifrato(0) };
        FileWriter::new("sts-20260331", &owner, &Opzionali::default(), max_documents).unwrap()
    }

    fn write(count: usize, max_documents: usize) -> Vec<Precompilata> {
        let mut writer = writer(max_documents);
        let mut files = Vec::new();
        for number in 0..count {
            let full = writer.push(FlagOperazione::Inserimento, &documento(number, 1));
            files.extend(full.unwrap());
        }
        files.extend(writer.finish());
        files
    }

    #[test]
    fn no_file_has_more_documents_or_bytes_than_allowed_and_none_is_lost() {
        let files = write(25, 10);
        let counts: Vec<_> = files.iter().map(|f| f.documents).collect();
        assert_eq!(counts, [10, 10, 5]);
        assert_eq!(files[2].name, "sts-20260331-003.zip");
        assert!(write(0, 10).is_empty());

        let files = write(40_000, usize::MAX);
        assert!(files.len() > 1);
        assert_eq!(files.iter().map(|f| f.documents).sum::<usize>(), 40_000);
        let mut numbers = 0;
        for file in &files {
            assert!(file.zip.len() <= MAX_ATTACHMENT, "{}", file.zip.len());
            let entries = zip::read(&file.zip).unwrap();
            assert_eq!(entries[0].name, file.name.replace(".zip", ".xml"));
            let text = String::from_utf8(entries[0].bytes.clone()).unwrap();
            assert!(text.ends_with("</precompilata>"));
            numbers += text.matches("<numDocumento>").count();
        }
        assert_eq!(numbers, 40_000);
        // The margin for what the compressor holds back is not wasted on every file.
        assert!(files[0].zip.len() > MAX_ATTACHMENT * 9 / 10);
    }

    #[test]
    fn the_same_documents_give_the_same_bytes() {
        assert_eq!(write(100, 1000), write(100, 1000));
    }

    #[test]
    fn a_document_that_fits_no_file_is_refused_and_costs_no_other() {
        let mut writer = writer(1);
        let small = documento(1, 1);
        assert_eq!(writer.push(FlagOperazione::Inserimento, &small), Ok(None));
        let huge = documento(1, 60_000);
        let refused = writer.push(FlagOperazione::Inserimento, &huge);
        assert_eq!(refused, Err(BuildError::FileTooLarge));
        let refund = writer.push(FlagOperazione::Rimborso, &documento(1, 1));
        assert_eq!(refund, Err(BuildError::IdRimborsoMissing));
        let kept = writer.finish().expect("the file before the refusal is still there");
        assert_eq!(kept.documents, 1);
    }

    #[test]
    fn names_are_neutral_and_short() {
        let owner = Proprietario::Professionista { cf_proprietario: cifrato(0) };
        for stem in ["", "a b", "a/b", "è", &"x".repeat(51)] {
            let writer = FileWriter::new(stem, &owner, &Opzionali::default(), 1);
            assert_eq!(writer.unwrap_err(), BuildError::FileName, "{stem}");
        }
    }
}
