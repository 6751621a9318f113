//! What a person sees: language, tables, progress.

use std::io::{IsTerminal, Write};

use clap::ValueEnum;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use comfy_table::{Cell, Color, ColumnConstraint, ContentArrangement, Table};
use indicatif::{ProgressBar, ProgressStyle};
use sts_core::domain::{Data, Importo};
use sts_core::redact::redact;
use sts_core::time::Timestamp;

/// Language of the sentences for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    /// Italian.
    It,
    /// English.
    En,
}

impl Lang {
    pub(crate) fn pick<T>(self, it: T, en: T) -> T {
        match self {
            Lang::It => it,
            Lang::En => en,
        }
    }
}

/// How good a thing is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Good,
    Open,
    Bad,
    Plain,
}

/// Width of tables that go to a file or a pipe, and from which on tables have all their columns.
const WIDTH: u16 = 120;

/// The longest line of a paragraph.
const LINE: u16 = 100;

/// The terminal, or what stands in its place.
pub(crate) struct Ui {
    pub(crate) lang: Lang,
    color: bool,
    /// `None` on a terminal, whose width the tables find out.
    width: Option<u16>,
    progress: bool,
    /// Nobody reads it.
    silent: bool,
}

impl Ui {
    pub(crate) fn new(lang: Lang) -> Self {
        let terminal = std::io::stdout().is_terminal();
        // https://no-color.org: any value that is not empty.
        let color = std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        let columns = || std::env::var("COLUMNS").ok()?.parse().ok();
        Ui {
            lang,
            color: terminal && color,
            width: (!terminal).then(|| columns().unwrap_or(WIDTH).clamp(40, 400)),
            progress: std::io::stderr().is_terminal() && terminal,
            silent: false,
        }
    }

    /// Says nothing, whatever it is told.
    #[cfg(test)]
    pub(crate) fn silent(lang: Lang) -> Self {
        Ui { silent: true, ..Ui::new(lang) }
    }

    /// A line, or several, on standard output. A reader that went away is no error.
    pub(crate) fn say(&self, text: &str) {
        if !self.silent {
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// A sentence in the user's language.
    pub(crate) fn tell(&self, it: &str, en: &str) {
        self.say(self.lang.pick(it, en));
    }

    pub(crate) fn json(&self, value: &impl serde::Serialize) {
        match serde_json::to_string_pretty(value) {
            Ok(text) => self.say(&text),
            Err(error) => eprintln!("sts: {error}"),
        }
    }

    /// A table; the columns in `whole` are never broken into lines.
    pub(crate) fn table(&self, header: &[(&str, &str)], whole: &[usize]) -> Table {
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED);
        table.set_content_arrangement(ContentArrangement::Dynamic);
        if let Some(width) = self.width {
            table.set_width(width);
        }
        table.set_header(header.iter().map(|(it, en)| self.lang.pick(*it, *en)));
        for column in whole {
            if let Some(column) = table.column_mut(*column) {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        table
    }

    /// Whether there is room for tables of many columns.
    pub(crate) fn is_wide(&self) -> bool {
        let terminal = || Table::new().width();
        self.width.or_else(terminal).is_none_or(|width| width >= WIDTH)
    }

    /// A text of sentences in lines that fit, and that eyes can follow.
    pub(crate) fn fold(&self, text: &str) -> String {
        self.folded(text, 0).join("\n")
    }

    /// The same after a prefix, below which the other lines begin.
    pub(crate) fn paragraph(&self, prefix: &str, text: &str, mood: Mood) -> String {
        let indent = prefix.chars().count();
        let lines = self.folded(text, indent);
        let lines: Vec<String> = lines.iter().map(|line| self.painted(line, mood)).collect();
        format!("{prefix}{}", lines.join(&format!("\n{}", " ".repeat(indent))))
    }

    /// A heading.
    pub(crate) fn bold(&self, text: &str) -> String {
        if self.color { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn painted(&self, text: &str, mood: Mood) -> String {
        let color = match mood {
            Mood::Good => 32,
            Mood::Open => 33,
            Mood::Bad => 31,
            Mood::Plain => return text.to_owned(),
        };
        if self.color { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn folded(&self, text: &str, indent: usize) -> Vec<String> {
        let terminal = || Table::new().width();
        let width = usize::from(self.width.or_else(terminal).unwrap_or(WIDTH).min(LINE));
        let width = width.saturating_sub(indent);
        let mut lines = Vec::new();
        for text in text.trim_end().lines() {
            let (mut line, mut length) = (String::new(), 0);
            for word in text.split(' ') {
                let more = word.chars().count();
                if length > 0 && length + 1 + more > width {
                    lines.push(std::mem::take(&mut line));
                    length = 0;
                } else if length > 0 {
                    line.push(' ');
                    length += 1;
                }
                line.push_str(word);
                length += more;
            }
            lines.push(line);
        }
        lines
    }

    pub(crate) fn cell(&self, text: impl Into<String>, mood: Mood) -> Cell {
        let cell = Cell::new(text.into());
        match mood {
            Mood::Good if self.color => cell.fg(Color::Green),
            Mood::Open if self.color => cell.fg(Color::Yellow),
            Mood::Bad if self.color => cell.fg(Color::Red),
            _ => cell,
        }
    }

    /// A bar for this much work, invisible where nobody watches.
    pub(crate) fn progress(&self, work: u64, it: &'static str, en: &'static str) -> ProgressBar {
        if !self.progress || work < 2 {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}")
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        // Drawn with the first piece of work that is done.
        ProgressBar::new(work).with_style(style).with_message(self.lang.pick(it, en))
    }

    pub(crate) fn importo(&self, importo: Option<Importo>) -> String {
        let text = importo.map(|importo| importo.to_string()).unwrap_or_default();
        self.lang.pick(text.replace('.', ","), text)
    }

    pub(crate) fn data(&self, data: Data) -> String {
        let (anno, mese, giorno) = (data.anno(), data.mese(), data.giorno());
        self.lang.pick(format!("{giorno:02}/{mese:02}/{anno}"), data.to_string())
    }

    /// Date and time in Italy.
    pub(crate) fn time(&self, at: Timestamp) -> String {
        let (data, hours, minutes) = at.clock_in_italy();
        format!("{} {hours:02}:{minutes:02}", self.data(data))
    }
}

/// A text of somebody else as it may stand on a terminal: no tax codes, no control characters.
pub(crate) fn clean(text: &str) -> String {
    redact(text).chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_keeps_its_words_and_fits_below_its_prefix() {
        let ui = Ui { width: Some(40), ..Ui::silent(Lang::It) };
        let text = "una frase che non sta in una riga sola, perché è lunga\nun'altra";
        let shown = ui.paragraph("  08:45  ▸ ", text, Mood::Plain);
        let lines: Vec<&str> = shown.lines().collect();
        assert!(lines.iter().all(|line| line.chars().count() <= 40), "{shown}");
        assert!(lines[1..].iter().all(|line| line.starts_with(&" ".repeat(11))), "{shown}");
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&shown)[2..], words(text));
        assert_eq!(ui.fold(""), "");
    }

    #[test]
    fn a_foreign_text_shows_no_tax_code_and_moves_no_cursor() {
        let shown = clean("id \u{1b}[2J PRVNNA80C61X999L");
        assert!(!shown.contains('\u{1b}') && !shown.contains("PRVNNA80C61X999L"), "{shown}");
    }
}
