//! A minimal PDF receipt: protocol, state, counts, and no personal data.

use crate::files::{Transmission, data_invio, describe};
use std::fmt::Write as _;

/// A valid one-page PDF 1.4 about a processed transmission.
pub(crate) fn receipt(t: &Transmission) -> Vec<u8> {
    let [inviati, accolti, warnings, errori] = t.counts();
    // A processed transmission's state no longer depends on the time.
    let stato = t.stato(t.received_ms);
    let mut lines = vec![
        "RICEVUTA DEL SIMULATORE - NON VALIDA AI FINI FISCALI".to_owned(),
        format!("Protocollo: {}", t.protocollo),
        format!("Data invio: {}", data_invio(t)),
        format!("Stato: {stato} - {}", describe(stato)),
        format!("Documenti inviati: {inviati}"),
        format!("Documenti accolti: {accolti}"),
        format!("Documenti con segnalazioni: {warnings}"),
        format!("Documenti scartati: {errori}"),
    ];
    if let Some(why) = &t.discarded_because {
        lines.push(format!("Motivo dello scarto: {why}"));
    }
    document(&lines)
}

fn document(lines: &[String]) -> Vec<u8> {
    let mut content = String::from("BT /F1 11 Tf 50 790 Td 16 TL\n");
    for line in lines {
        let _ = writeln!(content, "({}) Tj T*", literal(line));
    }
    content.push_str("ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 5 0 R >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{content}\nendstream", content.len()),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut offsets = Vec::new();
    for (i, object) in objects.iter().enumerate() {
        offsets.push(pdf.len());
        let _ = write!(pdf, "{} 0 obj\n{object}\nendobj\n", i + 1);
    }
    let table = pdf.len();
    let _ = write!(pdf, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for offset in offsets {
        let _ = writeln!(pdf, "{offset:010} 00000 n ");
    }
    let _ = write!(
        pdf,
        "trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n",
        objects.len() + 1
    );
    pdf.into_bytes()
}

/// Printable ASCII with the three characters a PDF string must escape.
fn literal(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '(' | ')' | '\\' => out.extend(['\\', c]),
            ' '..='~' => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cross_reference_table_points_at_its_objects() {
        let pdf = document(&["a (b) \\".to_owned()]);
        let text = String::from_utf8(pdf).unwrap();
        let start: usize =
            text.rsplit("startxref\n").next().unwrap().lines().next().unwrap().parse().unwrap();
        let table = &text[start..];
        assert!(table.starts_with("xref\n0 6\n"));
        for (i, line) in table.lines().skip(3).take(5).enumerate() {
            assert_eq!(line.len() + 1, 20);
            let at: usize = line[..10].parse().unwrap();
            assert!(text[at..].starts_with(&format!("{} 0 obj", i + 1)));
        }
        assert!(text.contains("(a \\(b\\) \\\\) Tj"));
    }
}
