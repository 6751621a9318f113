//! Documentation, from Rust's customs to those of everyone.

/// Without links and names of Rust, and without references to papers that a user does not have.
pub(crate) fn plain(doc: &str) -> String {
    let doc = doc.replace("`None`", "`null`");
    let doc = without_papers(&doc);
    let mut plain = String::with_capacity(doc.len());
    let mut rest = doc.as_str();
    while let Some(start) = rest.find("[`") {
        plain.push_str(&rest[..start]);
        let link = &rest[start + 1..];
        let end = link.find("`]").map_or(link.len(), |end| end + 1);
        plain.push_str(&link[..end]);
        rest = link.get(end + 1..).unwrap_or_default();
        if rest.starts_with('(') {
            rest = rest.split_once(')').map_or("", |(_, rest)| rest);
        }
    }
    plain + rest
}

/// References such as `(PROTOCOL section 5)`.
fn without_papers(doc: &str) -> String {
    let mut doc = doc.to_owned();
    for paper in ["PROTOCOL", "RULES", "CHECKLIST"] {
        while let Some(start) = doc.find(&format!("({paper}")) {
            let end = doc[start..].find(')').map_or(doc.len(), |end| start + end + 1);
            let before = doc[..start].trim_end().len();
            doc.replace_range(before..end, "");
        }
    }
    doc
}

/// Lines of at most so many characters; paragraphs stay apart.
pub(crate) fn wrapped(doc: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in doc.split("\n\n") {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        let mut line = String::new();
        for word in paragraph.split_whitespace() {
            if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > width {
                lines.push(std::mem::take(&mut line));
            }
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// A comment of the form that PHP, Java and TypeScript share; empty for an empty text.
pub(crate) fn comment(doc: &str, indent: &str) -> String {
    // What ends a comment must not.
    let doc = doc.replace("*/", "* /");
    if doc.trim().is_empty() {
        return String::new();
    }
    let one_line = 100 - indent.len() - "/**  */".len();
    if !doc.contains("\n") && doc.chars().count() <= one_line {
        return format!("{indent}/** {doc} */\n");
    }
    let lines = doc.split('\n').map(str::trim_end).map(|line| match line {
        "" => format!("{indent} *\n"),
        line => format!("{indent} * {line}\n"),
    });
    format!("{indent}/**\n{}{indent} */\n", lines.collect::<String>())
}

/// A text with further lines below it, wrapped, as a comment.
pub(crate) fn block(doc: &str, further: &[String], indent: &str) -> String {
    let width = 100 - indent.len() - 3;
    let one = wrapped(doc, 1_000);
    if further.is_empty() && one.len() == 1 && one[0].chars().count() + 4 <= width {
        return comment(&one[0], indent);
    }
    let mut lines = if doc.trim().is_empty() { Vec::new() } else { wrapped(doc, width) };
    if !lines.is_empty() && !further.is_empty() {
        lines.push(String::new());
    }
    for text in further {
        let mut wrapped = wrapped(text, width - 4).into_iter();
        lines.extend(wrapped.next());
        lines.extend(wrapped.map(|line| format!("    {line}")));
    }
    let mut text = lines.join("\n");
    if !text.contains('\n') {
        text.push('\n');
        text.truncate(text.len() - 1);
    }
    comment(&text, indent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_and_papers_of_ours_are_left_out() {
        let doc = "See [`Update`](Change::Update) or [`Cancel`] (PROTOCOL section 2); `None` else.";
        assert_eq!(plain(doc), "See `Update` or `Cancel`; `null` else.");
    }

    #[test]
    fn a_text_cannot_end_its_comment() {
        assert_eq!(comment("a */ b", ""), "/** a * / b */\n");
    }
}
