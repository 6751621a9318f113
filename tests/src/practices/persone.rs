//! Invented people. Their tax codes have the right letters and the place of birth `X999`, which
//! is that of no municipality and no state: they belong to nobody and never will.

use sts_core::domain::Data;

const PLACE: &str = "X999";
const MONTHS: &[u8; 12] = b"ABCDEHLMPRST";
const OMOCODIA: &[u8; 10] = b"LMNPQRSTUV";

/// Sex, as the day of birth states it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sesso {
    F,
    M,
}

/// A tax code made from invented data.
pub(crate) fn codice_fiscale(cognome: &str, nome: &str, nascita: &str, sesso: Sesso) -> String {
    let born = Data::parse(nascita).expect("a date of birth");
    let day = born.giorno() + if sesso == Sesso::F { 40 } else { 0 };
    let month = char::from(MONTHS[usize::from(born.mese()) - 1]);
    with_check_letter(format!(
        "{}{}{:02}{month}{day:02}{PLACE}",
        letters(cognome, false),
        letters(nome, true),
        born.anno() % 100,
    ))
}

/// The same person with a letter in place of the last digit, as when two people share a code.
pub(crate) fn omocodia(cf: &str) -> String {
    let digit = usize::from(cf.as_bytes()[14] - b'0');
    with_check_letter(format!("{}{}", &cf[..14], char::from(OMOCODIA[digit])))
}

/// The same code with a check letter that does not agree.
pub(crate) fn wrong_check_letter(cf: &str) -> String {
    let right = cf.as_bytes()[15];
    let wrong = if right == b'Z' { b'A' } else { right + 1 };
    format!("{}{}", &cf[..15], char::from(wrong))
}

/// Three letters: consonants, then vowels, then `X`; of four or more consonants of a first name
/// the first, third and fourth.
fn letters(name: &str, first_name: bool) -> String {
    let vowel = |c: &char| "AEIOU".contains(*c);
    let name = name.to_ascii_uppercase();
    let mut consonants: Vec<char> = name.chars().filter(|c| !vowel(c)).collect();
    if first_name && consonants.len() > 3 {
        consonants.remove(1);
    }
    let vowels = name.chars().filter(vowel);
    consonants.into_iter().chain(vowels).chain("XXX".chars()).take(3).collect()
}

fn with_check_letter(fifteen: String) -> String {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24,
        23,
    ];
    let sum: u32 = fifteen
        .chars()
        .enumerate()
        .map(|(i, c)| {
            let value = c.to_digit(10).unwrap_or_else(|| c as u32 - 'A' as u32);
            if i % 2 == 0 { ODD[value as usize] } else { value }
        })
        .sum();
    format!("{fifteen}{}", char::from(b'A' + (sum % 26) as u8))
}

/// Sixteen patients and customers, the same in every practice.
pub(crate) fn persone() -> Vec<String> {
    use Sesso::{F, M};
    [
        ("Provetti", "Anna", "1980-03-21", F),
        ("Inventati", "Bruno", "1975-11-02", M),
        ("Fittizi", "Carla", "1991-07-30", F),
        ("Esemplari", "Dario", "1968-01-15", M),
        ("Fantasia", "Elena", "2001-05-09", F),
        ("Ipotetici", "Fabio", "1959-09-28", M),
        ("Simulati", "Giada", "1987-12-11", F),
        ("Virtuali", "Ivano", "1995-02-03", M),
        ("Presunti", "Lucia", "1972-08-17", F),
        ("Immaginari", "Marco", "2012-04-25", M),
        ("Supposti", "Nora", "1949-10-06", F),
        ("Apparenti", "Oreste", "1983-06-19", M),
        ("Teorici", "Paola", "1999-01-31", F),
        ("Astratti", "Rocco", "1964-05-14", M),
        ("Inesistenti", "Silvia", "2018-09-08", F),
        ("Immaginosi", "Tullio", "1978-12-24", M),
    ]
    .map(|(cognome, nome, nascita, sesso)| codice_fiscale(cognome, nome, nascita, sesso))
    .to_vec()
}

/// A VAT number far beyond those that its office, 999, ever gave out, with the right check digit.
pub(crate) fn partita_iva(number: u32) -> String {
    let ten = format!("999{number:04}999");
    let sum: u32 = ten
        .chars()
        .filter_map(|c| c.to_digit(10))
        .enumerate()
        .map(|(i, n)| match (i % 2, n) {
            (1, 5..) => 2 * n - 9,
            (1, _) => 2 * n,
            _ => n,
        })
        .sum();
    format!("{ten}{}", (10 - sum % 10) % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use sts_core::domain::{CodiceFiscale, PartitaIva, Strictness};

    #[test]
    fn invented_people_have_well_formed_codes_of_a_place_that_does_not_exist() {
        for cf in persone() {
            assert!(CodiceFiscale::parse(&cf, Strictness::Full).is_ok());
            assert!(CodiceFiscale::parse(&omocodia(&cf), Strictness::Full).is_ok());
            // Places of birth begin with A to M, or Z for foreign states.
            assert_eq!(&cf[11..15], PLACE);
        }
        assert!(PartitaIva::parse(&partita_iva(17), Strictness::Full).is_ok());
    }

    #[test]
    fn the_letters_of_a_name_follow_the_rule() {
        assert_eq!(letters("Provetti", false), "PRV");
        assert_eq!(letters("Silvia", true), "SLV");
        assert_eq!(letters("Tullio", true), "TLL");
        assert_eq!(letters("Gianfranco", true), "GFR");
        assert_eq!(letters("Fo", false), "FOX");
    }
}
