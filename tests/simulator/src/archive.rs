//! ZIP files, read with limits and written always the same.

use std::io::{Cursor, Read as _, Write as _};
use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

/// The largest attachment the service takes: 5 MB (WS-Asincrono v2.5).
pub(crate) const ATTACHMENT_LIMIT: usize = 5 * 1024 * 1024;
/// The largest file we unpack: a bomb is refused instead.
const UNPACKED_LIMIT: u64 = 64 * 1024 * 1024;

/// What is wrong with an attachment's contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Not a ZIP file at all.
    NotZip,
    /// Not exactly one file inside.
    NotOneFile,
    /// The file inside cannot be unpacked, or is larger than we take.
    Unreadable,
}

/// Whether the bytes are a ZIP file whose directory can be read.
pub(crate) fn is_zip(bytes: &[u8]) -> bool {
    ZipArchive::new(Cursor::new(bytes)).is_ok_and(|archive| !archive.is_empty())
}

/// The one file inside a ZIP.
pub(crate) fn only_file(bytes: &[u8]) -> Result<Vec<u8>, Problem> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| Problem::NotZip)?;
    if archive.len() != 1 {
        return Err(Problem::NotOneFile);
    }
    let file = archive.by_index(0).map_err(|_| Problem::Unreadable)?;
    let mut content = Vec::new();
    let read = file.take(UNPACKED_LIMIT + 1).read_to_end(&mut content);
    match read {
        Ok(length) if (length as u64) <= UNPACKED_LIMIT => Ok(content),
        _ => Err(Problem::Unreadable),
    }
}

/// A ZIP with one deflated file, dated 1980 so that the same content gives the same bytes.
pub fn zip_of(name: &str, content: &[u8]) -> Vec<u8> {
    let write = || -> zip::result::ZipResult<Vec<u8>> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default()
            .compression_method(zip::CompressionMethod::Deflated)
            .last_modified_time(zip::DateTime::default());
        writer.start_file(name, options)?;
        writer.write_all(content)?;
        Ok(writer.finish()?.into_inner())
    };
    // Writing to memory fails only beyond the sizes of ZIP64, which nothing here reaches.
    write().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_is_unpacked_and_the_bytes_are_stable() {
        let packed = zip_of("a.xml", b"<a/>");
        assert_eq!(packed, zip_of("a.xml", b"<a/>"));
        assert!(is_zip(&packed));
        assert_eq!(only_file(&packed).unwrap(), b"<a/>");
        assert_eq!(only_file(b"PK"), Err(Problem::NotZip));
        assert!(!is_zip(b"<a/>"));
    }

    #[test]
    fn a_bomb_is_refused() {
        let bomb = zip_of("a.xml", &vec![0; UNPACKED_LIMIT as usize + 1]);
        assert!(bomb.len() < ATTACHMENT_LIMIT);
        assert_eq!(only_file(&bomb), Err(Problem::Unreadable));
    }
}
