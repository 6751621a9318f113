//! Rows and cells of a sheet saved as CSV, with quotation marks (RFC 4180).

use std::borrow::Cow;

use super::xml::decode;

/// The most cells of a row: far more than any sheet of ours has columns.
const MAX_CELLS: usize = 256;

/// The text of a sheet and what separates its cells.
pub(super) struct Sheet<'a> {
    text: Cow<'a, str>,
    separator: char,
}

/// Why a row cannot be read; both say where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowError {
    /// A quotation mark is not closed.
    Quotes(usize),
    /// More cells than any sheet has.
    Cells(usize),
}

impl<'a> Sheet<'a> {
    /// Takes UTF-8 with or without mark, or Latin-1. `;` or `,` separates cells: the one that is
    /// more frequent in the first line.
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let text = decode(bytes);
        let first = text.lines().next().unwrap_or("");
        let count = |c: char| first.matches(c).count();
        let separator = if count(',') > count(';') { ',' } else { ';' };
        Sheet { text, separator }
    }

    /// The rows, each with the line it begins on, counted from 1.
    pub(super) fn rows(&self) -> Rows<'_> {
        Rows { rest: &self.text, separator: self.separator, line: 1 }
    }
}

/// Iterates over rows.
pub(super) struct Rows<'a> {
    rest: &'a str,
    separator: char,
    line: usize,
}

impl Iterator for Rows<'_> {
    type Item = Result<(usize, Vec<String>), RowError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let begins = self.line;
        let mut cells = Vec::new();
        let mut cell = String::new();
        let mut quoted = false;
        let mut characters = self.rest.char_indices().peekable();
        while let Some((i, c)) = characters.next() {
            match c {
                '"' if quoted && characters.peek().is_some_and(|(_, next)| *next == '"') => {
                    characters.next();
                    cell.push('"');
                }
                '"' if quoted => quoted = false,
                '"' if cell.is_empty() => quoted = true,
                '\n' if !quoted => {
                    self.line += 1;
                    self.rest = &self.rest[i + 1..];
                    cells.push(cell);
                    return Some(Ok((begins, cells)));
                }
                // The end of a Windows line; alone it is nothing.
                '\r' if !quoted => {}
                c if c == self.separator && !quoted => {
                    if cells.len() == MAX_CELLS {
                        self.rest = "";
                        return Some(Err(RowError::Cells(begins)));
                    }
                    cells.push(std::mem::take(&mut cell));
                }
                c => {
                    self.line += usize::from(c == '\n');
                    cell.push(c);
                }
            }
        }
        self.rest = "";
        if quoted {
            return Some(Err(RowError::Quotes(begins)));
        }
        cells.push(cell);
        Some(Ok((begins, cells)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Result<(usize, Vec<String>), RowError>> {
        Sheet::new(text.as_bytes()).rows().collect()
    }

    fn cells(text: &str) -> Vec<Vec<String>> {
        rows(text).into_iter().map(|row| row.unwrap().1).collect()
    }

    #[test]
    fn quotation_marks_keep_separators_line_ends_and_themselves() {
        assert_eq!(cells("a;\"b;\"\"c\"\"\nd\"\r\ne;f"), [["a", "b;\"c\"\nd"], ["e", "f"]]);
        assert_eq!(cells("5\" tall;x"), [["5\" tall", "x"]]);
    }

    #[test]
    fn rows_are_counted_as_lines_of_the_file() {
        let begins: Vec<_> = rows("a\n\"b\nc\"\nd\n").into_iter().map(|r| r.unwrap().0).collect();
        assert_eq!(begins, [1, 2, 4]);
    }

    #[test]
    fn the_more_frequent_sign_of_the_first_line_separates() {
        assert_eq!(cells("a,b;c,d"), [["a", "b;c", "d"]]);
        assert_eq!(cells("a;b,c"), [["a", "b,c"]]);
    }

    #[test]
    fn a_row_without_end_stops_the_reading() {
        assert_eq!(rows("a\n\"b"), [Ok((1, vec!["a".to_owned()])), Err(RowError::Quotes(2))]);
        assert_eq!(rows(&";".repeat(1_000)), [Err(RowError::Cells(1))]);
    }
}
