//! JSON text by its bytes: checking it once, and finding the borders of values afterwards.
//!
//! What is JSON, and at which line and column a text ceases to be, is what serde_json says; the
//! tests compare the two. serde_json itself would bring its numbers with fractions, its errors and
//! its own values with it, which is more than all this in what a page has to load.

use std::borrow::Cow;

/// Bytes of a text, and how many of them are read.
struct Scan<'a> {
    text: &'a [u8],
    at: usize,
}

/// How many bytes are read where the text ceases to be JSON.
struct Wrong(usize);

/// Checks that a text is JSON; returns it without blanks around it, or the line and column where
/// it ceases to be.
pub(super) fn check(text: &[u8]) -> Result<&str, (usize, usize)> {
    value(text).map_err(|Wrong(read)| {
        let read = &text[..read];
        let line = read.iter().filter(|byte| **byte == b'\n').count() + 1;
        (line, read.iter().rev().take_while(|byte| **byte != b'\n').count())
    })
}

fn value(text: &[u8]) -> Result<&str, Wrong> {
    let mut scan = Scan { text, at: 0 };
    scan.peek();
    let start = scan.at;
    scan.value()?;
    let value = std::str::from_utf8(&text[start..scan.at])
        .map_err(|error| Wrong(start + error.valid_up_to() + 1))?;
    match scan.peek() {
        None => Ok(value),
        Some(_) => Err(scan.wrong_ahead()),
    }
}

impl Scan<'_> {
    /// The byte ahead.
    #[inline]
    fn ahead(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// The byte ahead, after blanks.
    fn peek(&mut self) -> Option<u8> {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.ahead() {
            self.at += 1;
        }
        self.ahead()
    }

    /// The next byte, read.
    fn next(&mut self) -> Option<u8> {
        let byte = self.ahead();
        self.at += usize::from(byte.is_some());
        byte
    }

    /// The byte ahead is wrong, or missing.
    fn wrong_ahead(&self) -> Wrong {
        Wrong(self.text.len().min(self.at + 1))
    }

    fn expect(&mut self, expected: u8) -> Result<(), Wrong> {
        if self.peek() != Some(expected) {
            return Err(self.wrong_ahead());
        }
        self.at += 1;
        Ok(())
    }

    /// A value with all that is in it, as deep as it may be.
    fn value(&mut self) -> Result<(), Wrong> {
        let mut within = Vec::new();
        loop {
            let begun = self.peek();
            match begun {
                Some(b'n') => self.word(b"null")?,
                Some(b't') => self.word(b"true")?,
                Some(b'f') => self.word(b"false")?,
                Some(b'-' | b'0'..=b'9') => self.number()?,
                Some(b'"') => self.string()?,
                Some(open @ (b'[' | b'{')) => {
                    self.at += 1;
                    within.push(open);
                }
                _ => return Err(self.wrong_ahead()),
            }
            let mut first = matches!(begun, Some(b'[' | b'{'));
            loop {
                let Some(open) = within.last() else { return Ok(()) };
                match self.peek() {
                    // In ASCII `]` comes two after `[`, and `}` two after `{`.
                    Some(close) if close == open + 2 => {
                        within.pop();
                    }
                    Some(b',') if !first => {
                        self.at += 1;
                        break;
                    }
                    Some(_) if first => break,
                    _ => return Err(self.wrong_ahead()),
                }
                self.at += 1;
                first = false;
            }
            if within.last() == Some(&b'{') {
                if self.peek() != Some(b'"') {
                    return Err(self.wrong_ahead());
                }
                self.string()?;
                self.expect(b':')?;
            }
        }
    }

    fn word(&mut self, word: &[u8]) -> Result<(), Wrong> {
        for byte in word {
            if self.next() != Some(*byte) {
                return Err(Wrong(self.at));
            }
        }
        Ok(())
    }

    fn digits(&mut self) -> bool {
        let start = self.at;
        while let Some(b'0'..=b'9') = self.ahead() {
            self.at += 1;
        }
        self.at > start
    }

    fn number(&mut self) -> Result<(), Wrong> {
        self.at += usize::from(self.ahead() == Some(b'-'));
        match self.next() {
            Some(b'0') if matches!(self.ahead(), Some(b'0'..=b'9')) => {
                return Err(self.wrong_ahead());
            }
            Some(b'0') => {}
            Some(b'1'..=b'9') => {
                self.digits();
            }
            _ => return Err(Wrong(self.at)),
        }
        if self.ahead() == Some(b'.') {
            self.at += 1;
            if !self.digits() {
                return Err(self.wrong_ahead());
            }
        }
        if let Some(b'e' | b'E') = self.ahead() {
            self.at += 1;
            self.at += usize::from(matches!(self.ahead(), Some(b'+' | b'-')));
            if !matches!(self.next(), Some(b'0'..=b'9')) {
                return Err(Wrong(self.at));
            }
            self.digits();
        }
        Ok(())
    }

    /// Moves to the first of the bytes ahead that is so, or to the end.
    #[inline]
    fn find(&mut self, so: impl Fn(u8) -> bool) -> Option<u8> {
        let ahead = self.text.get(self.at..).unwrap_or_default();
        let place = ahead.iter().position(|byte| so(*byte));
        self.at += place.unwrap_or(ahead.len());
        self.ahead()
    }

    fn string(&mut self) -> Result<(), Wrong> {
        self.at += 1;
        loop {
            match self.find(|byte| byte < 0x20 || byte == b'"' || byte == b'\\') {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(());
                }
                Some(b'\\') => {
                    self.at += 1;
                    self.escape()?;
                }
                _ => return Err(Wrong(self.at)),
            }
        }
    }

    fn escape(&mut self) -> Result<(), Wrong> {
        match self.next() {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(()),
            Some(b'u') => {
                let digits = self.text.iter().skip(self.at).take(4);
                let good = digits.clone().all(u8::is_ascii_hexdigit);
                let count = digits.len();
                self.at += count;
                if good && count == 4 { Ok(()) } else { Err(Wrong(self.at)) }
            }
            _ => Err(Wrong(self.at)),
        }
    }

    /// The next of the values of an object or an array that is known to be JSON.
    fn step(&mut self) {
        match self.peek() {
            Some(b'"') => self.skip_string(),
            Some(b'{' | b'[') => {
                let mut depth = 0u32;
                while let Some(byte) =
                    self.find(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']'))
                {
                    match byte {
                        b'"' => {
                            self.skip_string();
                            continue;
                        }
                        b'{' | b'[' => depth += 1,
                        _ => depth = depth.saturating_sub(1),
                    }
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
            }
            _ => {
                let ends = |byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r');
                self.find(ends);
            }
        }
    }

    fn skip_string(&mut self) {
        self.at += 1;
        while let Some(b'\\') = self.find(|byte| byte == b'"' || byte == b'\\') {
            self.at += 2;
        }
        self.at += 1;
    }
}

/// The parts of an object or an array that is known to be JSON, each with its key in an object.
pub(super) struct Parts<'a> {
    text: &'a str,
    scan: Scan<'a>,
}

impl<'a> Parts<'a> {
    /// Those of this value.
    pub(super) fn of(text: &'a str) -> Self {
        Parts { text, scan: Scan { text: text.as_bytes(), at: 1 } }
    }

    fn part(&mut self) -> &'a str {
        self.scan.peek();
        let start = self.scan.at;
        self.scan.step();
        self.text.get(start..self.scan.at).unwrap_or_default()
    }
}

impl<'a> Iterator for Parts<'a> {
    type Item = (&'a str, &'a str);

    /// Key and value, as they stand in the text.
    fn next(&mut self) -> Option<Self::Item> {
        if self.scan.peek() == Some(b',') {
            self.scan.at += 1;
        }
        if matches!(self.scan.peek(), None | Some(b'}' | b']')) {
            return None;
        }
        let mut key = "";
        let mut value = self.part();
        if self.scan.peek() == Some(b':') {
            self.scan.at += 1;
            (key, value) = (value, self.part());
        }
        Some((key, value))
    }
}

/// What a text in quotation marks says, borrowed where it has no escapes; `None` when half of a
/// pair of surrogates stands in it.
pub(super) fn string(quoted: &str) -> Option<Cow<'_, str>> {
    let text = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
    let Some(plain) = text.bytes().position(|byte| byte == b'\\') else {
        return Some(Cow::Borrowed(text));
    };
    let (plain, rest) = text.split_at_checked(plain)?;
    let (mut said, mut rest) = (plain.to_owned(), rest.chars());
    while let Some(c) = rest.next() {
        said.push(match c {
            '\\' => match rest.next()? {
                'b' => '\u{8}',
                'f' => '\u{c}',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => escaped(&mut rest)?,
                itself => itself,
            },
            itself => itself,
        });
    }
    Some(Cow::Owned(said))
}

/// A character by its number, of which `\u` was read.
fn escaped(rest: &mut std::str::Chars<'_>) -> Option<char> {
    let mut unit = || (0..4).try_fold(0, |unit, _| Some(unit << 4 | rest.next()?.to_digit(16)?));
    let high = unit()?;
    if !(0xd800..0xdc00).contains(&high) {
        return char::from_u32(high);
    }
    if rest.next()? != '\\' || rest.next()? != 'u' {
        return None;
    }
    let mut unit = || (0..4).try_fold(0, |unit, _| Some(unit << 4 | rest.next()?.to_digit(16)?));
    let low = unit()?.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
    char::from_u32(0x10000 + ((high - 0xd800) << 10) + low)
}

#[cfg(test)]
mod tests;
