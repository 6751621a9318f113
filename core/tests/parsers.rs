//! Laws of everything that reads text of strangers: nothing panics, limits hold, what is read is
//! written back the same, and no error repeats what it was given.

use std::fmt::{Debug, Display};

use proptest::prelude::*;
use sts_core::domain::{
    Aliquota, CodiceFiscale, Data, Importo, NumDocumento, PartitaIva, Strictness,
};
use sts_core::rules::{Calendar, is_holiday, working_day};

/// An error shows nothing of the text, of which every three characters in a row are looked for.
fn silent<T, E: Debug + Display>(text: &str, result: Result<T, E>) {
    let Err(error) = result else {
        return;
    };
    let shown = format!("{error} {error:?}");
    let characters: Vec<char> = text.chars().collect();
    for three in characters.windows(3) {
        let three: String = three.iter().collect();
        assert!(!shown.contains(&three), "{shown} repeats {three}");
    }
}

/// Digits and signs that the forms have, and letters that no sentence of ours has in a row.
const ALMOST: &str = "[0-9QXZ./\\-]{0,24}";

proptest! {
    #[test]
    fn amounts_are_written_back_as_they_were_read(text in prop_oneof![ALMOST, ".{0,24}"]) {
        if let Ok(importo) = Importo::parse(&text) {
            let written = importo.to_string();
            prop_assert_eq!(Importo::parse(&written), Ok(importo));
            prop_assert!(written.len() <= 14);
        }
        if let Ok(aliquota) = Aliquota::parse(&text) {
            prop_assert_eq!(Aliquota::parse(&aliquota.to_string()), Ok(aliquota));
            prop_assert!(aliquota.hundredths() <= 10_000);
        }
    }

    #[test]
    fn dates_are_written_back_as_they_were_read(text in prop_oneof![ALMOST, ".{0,24}"]) {
        if let Ok(day) = Data::parse(&text) {
            prop_assert_eq!(day.to_string(), text);
        }
    }

    #[test]
    fn errors_repeat_nothing_of_what_was_read(text in "[QXZ]{3,24}") {
        silent(&text, Importo::parse(&text));
        silent(&text, Data::parse(&text));
        silent(&text, Aliquota::parse(&text));
        for strictness in [Strictness::Full, Strictness::Kit] {
            silent(&text, CodiceFiscale::parse(&text, strictness));
            silent(&text, PartitaIva::parse(&text, strictness));
        }
        silent(&format!("{text} "), NumDocumento::parse(&format!("{text} ")));
    }

    #[test]
    fn document_numbers_are_taken_whole_or_not_at_all(text in prop_oneof![ALMOST, ".{0,24}"]) {
        let allowed = |c: char| c.is_ascii_alphanumeric() || "_./\\-".contains(c);
        let right = (1..=20).contains(&text.len()) && text.chars().all(allowed);
        match NumDocumento::parse(&text) {
            Ok(number) => prop_assert!(right && number.as_str() == text),
            Err(_) => prop_assert!(!right),
        }
    }

    #[test]
    fn vat_numbers_are_eleven_digits_or_nothing(text in prop_oneof!["(IT)?[0-9]{10,12}", ".{0,16}"]) {
        if let Ok(p_iva) = PartitaIva::parse(&text, Strictness::Kit) {
            prop_assert!(p_iva.as_str().len() == 11);
            prop_assert!(p_iva.as_str().bytes().all(|b| b.is_ascii_digit()));
            let _ = p_iva.has_known_office();
        }
        let full = PartitaIva::parse(&text, Strictness::Full).is_ok();
        prop_assert!(!full || PartitaIva::parse(&text, Strictness::Kit).is_ok());
    }

    #[test]
    fn one_wrong_digit_never_passes_the_check_of_a_vat_number(
        first in "[0-9]{10}", place in 0usize..11, other in 1u8..10
    ) {
        let with = |check: u8| format!("{first}{check}");
        let valid: Vec<_> = (0..10)
            .map(with)
            .filter(|text| PartitaIva::parse(text, Strictness::Full).is_ok())
            .collect();
        prop_assume!(first != "0000000000");
        prop_assert_eq!(valid.len(), 1);
        let mut digits = valid[0].clone().into_bytes();
        digits[place] = b'0' + (digits[place] - b'0' + other) % 10;
        let changed = String::from_utf8(digits).unwrap();
        prop_assert!(PartitaIva::parse(&changed, Strictness::Full).is_err());
    }

    #[test]
    fn a_deadline_moves_at_most_a_few_days_to_a_working_day(days in -25_000i64..83_000) {
        let day = Data::from_days(days).unwrap();
        let moved = working_day(day).unwrap();
        prop_assert!(!is_holiday(moved) && moved.weekday() < 5);
        prop_assert!((0..=5).contains(&(moved.days() - day.days())));
    }

    #[test]
    fn no_table_of_deadlines_panics(cut in 0usize..8_000, to in any::<u8>()) {
        let table = include_bytes!("../src/rules/calendar.json");
        let cut = cut % table.len();
        let mut changed = table.to_vec();
        changed[cut] = to;
        let _ = Calendar::from_json(&table[..cut]);
        if let Ok(calendar) = Calendar::from_json(&changed) {
            let day = Data::new(2026, 2, 3).unwrap();
            let _ = calendar.ahead(sts_core::domain::Categoria::Medico, day);
        }
    }
}
