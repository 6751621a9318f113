//! ZIP archives: the one entry we send, and what the service sends back.

use std::cell::Cell;
use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::rc::Rc;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The first bytes of a ZIP archive with an entry.
pub const MAGIC: &[u8] = b"PK\x03\x04";
const CENTRAL_HEADER: &[u8] = b"PK\x01\x02";

/// Whether the bytes begin as a ZIP archive.
pub fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Whether the bytes begin as a PDF; up to 1 KiB may stand before the mark, as readers allow.
pub fn is_pdf(bytes: &[u8]) -> bool {
    let start = &bytes[..bytes.len().min(1024)];
    start.windows(5).any(|w| w == b"%PDF-")
}

/// A file out of an archive.
#[derive(Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path inside the archive, with `/`; inside a nested archive, after its name and `/`.
    pub name: String,
    /// Content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Entry {
    /// Not the content: receipts name people.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Entry({}, {} bytes)", self.name, self.bytes.len())
    }
}

/// Why an archive is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ZipError {
    /// Not a ZIP archive, damaged, encrypted, or compressed in a way we do not know.
    #[error("the archive cannot be read")]
    Format,
    /// A name that leads out of the archive, or none at all.
    #[error("the archive holds a file with a forbidden name")]
    Name,
    /// Over 64 files.
    #[error("the archive holds too many files")]
    TooManyFiles,
    /// Over 64 MiB of content, or content over 200 times its compressed size.
    #[error("the archive holds too much")]
    TooLarge,
}

/// Files of one archive, nested ones included.
const MAX_FILES: usize = 64;
/// Bytes of content of one archive, nested ones included.
const MAX_CONTENT: u64 = 64 << 20;
/// Content per compressed byte; small files are let through.
const MAX_RATIO: u64 = 200;
const RATIO_FREE: u64 = 1 << 20;
const MAX_NAME: usize = 255;

/// Reads an archive, and the archives inside it one level down, as receipts come. Folders are
/// left out.
pub fn read(bytes: &[u8]) -> Result<Vec<Entry>, ZipError> {
    let mut entries = Vec::new();
    let mut budget = MAX_CONTENT;
    for entry in read_one(bytes, &mut budget, MAX_FILES)? {
        if !is_zip(&entry.bytes) {
            entries.push(entry);
            continue;
        }
        for inner in read_one(&entry.bytes, &mut budget, MAX_FILES)? {
            entries
                .push(Entry { name: format!("{}/{}", entry.name, inner.name), bytes: inner.bytes });
        }
        if entries.len() > MAX_FILES {
            return Err(ZipError::TooManyFiles);
        }
    }
    Ok(entries)
}

fn read_one(bytes: &[u8], budget: &mut u64, files: usize) -> Result<Vec<Entry>, ZipError> {
    // Counted before the directory is built in memory: a hostile one has hundreds of thousands of
    // entries.
    let headers = bytes.windows(CENTRAL_HEADER.len()).filter(|w| *w == CENTRAL_HEADER);
    if headers.take(4 * files + 1).count() > 4 * files {
        return Err(ZipError::TooManyFiles);
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| ZipError::Format)?;
    if archive.len() > files {
        return Err(ZipError::TooManyFiles);
    }
    let mut entries = Vec::with_capacity(archive.len());
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|_| ZipError::Format)?;
        if file.is_dir() {
            continue;
        }
        let name = file.name().to_owned();
        if !is_safe(&name) {
            return Err(ZipError::Name);
        }
        let ratio = RATIO_FREE.max(file.compressed_size().saturating_mul(MAX_RATIO));
        let limit = ratio.min(*budget);
        let mut content = Vec::new();
        file.take(limit + 1).read_to_end(&mut content).map_err(|_| ZipError::Format)?;
        let length = content.len() as u64;
        if length > limit {
            return Err(ZipError::TooLarge);
        }
        *budget -= length;
        entries.push(Entry { name, bytes: content });
    }
    Ok(entries)
}

fn is_safe(name: &str) -> bool {
    let forbidden = |c: char| c.is_control() || matches!(c, '\\' | ':');
    (1..=MAX_NAME).contains(&name.len())
        && !name.contains(forbidden)
        && name.split('/').all(|part| !part.is_empty() && part != "." && part != "..")
}

/// Writes an archive of several files, such as the receipts handed to a person. The same files
/// give the same bytes. Names are the caller's, and must be safe as those read here are.
pub fn archive(entries: &[Entry]) -> Result<Vec<u8>, ZipError> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        if !is_safe(&entry.name) {
            return Err(ZipError::Name);
        }
        writer
            .start_file(entry.name.as_str(), options())
            .and_then(|()| Ok(writer.write_all(&entry.bytes)?))
            .map_err(|_| ZipError::Format)?;
    }
    let cursor = writer.finish().map_err(|_| ZipError::Format)?;
    Ok(cursor.into_inner())
}

/// The fastest level: the bulk of our files is ciphertext in base64, where level 6 saves 8 % of
/// the bytes and takes seven times as long (`benches/wire.rs`).
const LEVEL: i64 = 1;

fn options() -> SimpleFileOptions {
    SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(LEVEL))
        // No clock in the core: every archive is of 1980-01-01.
        .last_modified_time(DateTime::DEFAULT)
}

/// Why writing cannot fail.
const IN_MEMORY: &str = "a vector takes every byte";

/// An archive of one entry being written, which knows how large it is becoming.
pub(super) struct SingleEntry {
    writer: ZipWriter<Counted>,
    length: Rc<Cell<usize>>,
}

impl SingleEntry {
    /// What the compressor may still hold back, generously: its code buffer and its output
    /// buffer.
    pub(super) const HELD_BACK: usize = 256 * 1024;

    pub(super) fn new(name: &str) -> Self {
        let length = Rc::new(Cell::new(0));
        let mut writer = ZipWriter::new(Counted {
            cursor: Cursor::new(Vec::with_capacity(64 * 1024)),
            length: length.clone(),
        });
        writer.start_file(name, options()).expect(IN_MEMORY);
        SingleEntry { writer, length }
    }

    pub(super) fn write(&mut self, bytes: &[u8]) {
        self.writer.write_all(bytes).expect(IN_MEMORY);
    }

    /// An upper bound of the size of the archive if it ended now.
    pub(super) fn at_most(&self) -> usize {
        self.length.get() + Self::HELD_BACK
    }

    pub(super) fn finish(self) -> Vec<u8> {
        let counted = self.writer.finish().expect(IN_MEMORY);
        counted.cursor.into_inner()
    }
}

/// A cursor whose length can be seen while the writer owns it.
struct Counted {
    cursor: Cursor<Vec<u8>>,
    length: Rc<Cell<usize>>,
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.cursor.write(bytes)?;
        self.length.set(self.cursor.get_ref().len());
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Seek for Counted {
    fn seek(&mut self, position: SeekFrom) -> std::io::Result<u64> {
        self.cursor.seek(position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, bytes: &[u8]) -> Entry {
        Entry { name: name.to_owned(), bytes: bytes.to_vec() }
    }

    #[test]
    fn archives_are_read_back_with_nested_ones_opened() {
        let inner = archive(&[entry("a.csv", b"1;2"), entry("b.csv", b"3;4")]).unwrap();
        let outer = archive(&[entry("errori.zip", &inner), entry("r.pdf", b"%PDF-1.4")]).unwrap();
        let names: Vec<_> = read(&outer).unwrap().into_iter().map(|e| e.name).collect();
        assert_eq!(names, ["errori.zip/a.csv", "errori.zip/b.csv", "r.pdf"]);
        assert_eq!(
            outer,
            archive(&[entry("errori.zip", &inner), entry("r.pdf", b"%PDF-1.4")]).unwrap()
        );
    }

    #[test]
    fn names_that_lead_out_of_the_archive_are_refused() {
        for name in ["../a", "/a", "a/../b", "a\\b", "C:a", "a//b", "a\nb", ""] {
            assert!(!is_safe(name), "{name:?}");
        }
        let mut bytes = archive(&[entry("aaaa", b"x")]).unwrap();
        for at in 0..bytes.len() - 4 {
            if &bytes[at..at + 4] == b"aaaa" {
                bytes[at..at + 4].copy_from_slice(b"../a");
            }
        }
        assert_eq!(read(&bytes), Err(ZipError::Name));
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = vec![0; 16 << 20];
        let bomb = archive(&[entry("a", &zeros)]).unwrap();
        assert_eq!(read(&bomb), Err(ZipError::TooLarge));
        let names: Vec<_> = (0..70).map(|i| entry(&format!("f{i}"), b"")).collect();
        let many = archive(&names).unwrap();
        assert_eq!(read(&many), Err(ZipError::TooManyFiles));
    }

    #[test]
    fn what_is_not_an_archive_is_refused() {
        let whole = archive(&[entry("a.csv", b"1;2;3")]).unwrap();
        for end in 0..whole.len() {
            assert!(read(&whole[..end]).is_err(), "{end}");
        }
        assert!(is_zip(&whole) && !is_pdf(&whole));
        assert!(is_pdf(b"\n%PDF-1.7"));
    }
}
