//! A ledger leaves one store as text and goes on in another.

use sts_core::Error;
use sts_core::command::{Answer, Command, Selection};
use sts_tests::site::{Cut, Input, Site};
use sts_tests::stage;

/// A ledger with something of everything that a morning brings.
fn busy() -> Site {
    let mut site = stage::psychologist();
    for id in ["1", "2", "3"] {
        let invoices = vec![stage::invoice(id, id)];
        site.command(Command::Save { invoices }).unwrap();
    }
    let what = Selection::Ids(vec!["1".to_owned()]);
    site.command(Command::Send { what }).unwrap();
    // Events are known to be delivered with the next input, and that is written.
    site.input(Input::Tick).unwrap().unwrap();
    site
}

fn page(
    site: &mut Site,
    after: Option<String>,
    limit: u32,
) -> Result<(String, Option<String>), Error> {
    match site.input(Input::Command(Command::Export { after, limit })).unwrap()? {
        Some(Answer::Exported { text, next }) => Ok((text, next)),
        other => panic!("{other:?}"),
    }
}

fn export(site: &mut Site, limit: u32) -> String {
    let (mut all, mut after) = (String::new(), None);
    loop {
        let (text, next) = page(site, after, limit).unwrap();
        all += &text;
        match next {
            Some(_) => after = next,
            None => return all,
        }
    }
}

/// An empty store before the same service.
fn beside(site: &Site) -> Site {
    let mut other = stage::psychologist();
    (other.world, other.now) = (site.world.clone(), site.now);
    other
}

fn import(site: &mut Site, text: &str) -> Result<bool, Error> {
    let text = text.to_owned();
    match site.input(Input::Command(Command::Import { text })).unwrap()? {
        Some(Answer::Imported { complete, .. }) => Ok(complete),
        other => panic!("{other:?}"),
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

#[test]
fn a_ledger_exported_in_pages_of_any_size_and_imported_in_any_pieces_is_the_same_and_goes_on() {
    let mut site = busy();
    let whole = export(&mut site, Command::PAGE_LIMIT);
    for limit in [1, 2, 3, 7, 50] {
        assert_eq!(export(&mut site, limit), whole, "pages of {limit}");
        let mut other = beside(&site);
        let all = lines(&whole);
        let pieces: Vec<String> = all.chunks(limit as usize).map(|lines| lines.concat()).collect();
        for (n, piece) in pieces.iter().enumerate() {
            assert_eq!(import(&mut other, piece).unwrap(), n + 1 == pieces.len());
        }
        let without = |site: &Site| {
            let entries = site.store.0.clone().into_iter();
            entries.filter(|(key, _)| key != "revision").collect::<Vec<_>>()
        };
        assert_eq!(without(&other), without(&site));
        other.assert_consistent("imported");
        assert_eq!(stage::registry(&mut other), stage::registry(&mut site));
        let what = Selection::Ids(vec!["2".to_owned()]);
        other.command(Command::Send { what }).unwrap();
        other.rest(2);
        assert_eq!(other.world.documents().len(), 2);
    }
}

#[test]
fn a_ledger_that_moves_between_two_pages_is_refused_and_can_be_begun_again() {
    let mut site = busy();
    let (_, next) = page(&mut site, None, 3).unwrap();
    let invoices = vec![stage::invoice("4", "4")];
    site.command(Command::Save { invoices }).unwrap();
    assert_eq!(page(&mut site, next, 3).unwrap_err().code(), "TRANSFER_MOVED");
    let whole = export(&mut site, 3);
    assert!(import(&mut beside(&site), &whole).unwrap());
}

#[test]
fn an_import_that_is_not_complete_keeps_everything_else_out() {
    let mut site = busy();
    let whole = export(&mut site, 50);
    let all = lines(&whole);
    for cut in 1..all.len() {
        let mut other = beside(&site);
        assert!(!import(&mut other, &all[..cut].concat()).unwrap(), "truncated at {cut}");
        let command = Command::Documents { after: None, limit: 1 };
        for input in [Input::Tick, Input::Command(command)] {
            assert_eq!(other.input(input).unwrap().unwrap_err().code(), "IMPORT_OPEN");
        }
        assert!(import(&mut other, &all[cut..].concat()).unwrap());
    }
}

#[test]
fn a_store_that_is_not_empty_or_of_another_owner_takes_nothing() {
    let mut site = busy();
    let whole = export(&mut site, 50);
    let before = site.store.0.clone();
    assert_eq!(import(&mut site, &whole).unwrap_err().code(), Error::NotEmpty.code());
    assert_eq!(site.store.0, before);
    let production = whole.replacen("\"test\"", "\"produzione\"", 1);
    let mut other = beside(&site);
    // The whole file would fail by its digest.
    let refused = import(&mut other, lines(&production)[0]).unwrap_err();
    assert_eq!(refused.code(), Error::OtherEnvironment { found: "" }.code());
    assert!(other.store.0.is_empty());
}

#[test]
fn an_import_cut_at_every_boundary_goes_on_with_the_piece_that_was_not_committed() {
    let mut site = busy();
    let whole = export(&mut site, 50);
    let pieces: Vec<String> = lines(&whole).chunks(4).map(|lines| lines.concat()).collect();
    for cut in 0..2 * pieces.len() as u32 {
        let mut other = beside(&site);
        other.cut_at(Some(cut));
        for piece in &pieces {
            let before = other.store.revision();
            let text = piece.clone();
            match other.input(Input::Command(Command::Import { text })) {
                // The revision says whether the piece went in.
                Err(Cut) if other.store.revision() == before => {
                    import(&mut other, piece).unwrap();
                }
                Err(Cut) => {}
                Ok(imported) => drop(imported.unwrap()),
            }
        }
        other.assert_consistent(&format!("cut at {cut}"));
        assert_eq!(stage::registry(&mut other), stage::registry(&mut site));
    }
}
