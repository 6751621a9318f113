use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn agree<T: Serialize + ?Sized>(value: &T) {
    assert_eq!(write(value), Some(serde_json::to_string(value).unwrap()));
}

#[derive(Serialize)]
struct Form<'a> {
    text: &'a str,
    none: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    left_out: Option<u8>,
    pairs: Vec<(i32, bool)>,
    map: BTreeMap<Word, [u8; 2]>,
    empty: BTreeMap<String, ()>,
    nothing: Vec<Form<'a>>,
    choices: Vec<Choice<'a>>,
    unit: Unit,
    two: Two,
    #[serde(flatten)]
    flat: Tagged,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Word {
    First,
    TheSecond,
}

#[derive(Serialize)]
struct Unit;

#[derive(Serialize)]
struct Two(u8, char);

#[derive(Serialize)]
#[serde(tag = "tag")]
enum Tagged {
    Fields { a: u64, b: Option<bool> },
}

#[derive(Serialize)]
enum Choice<'a> {
    Plain,
    One(&'a str),
    Tuple(i8, i64),
    Fields { text: &'a str, none: () },
    Empty {},
}

#[test]
fn every_form_is_written_as_serde_json_writes_it() {
    let choices = vec![
        Choice::Plain,
        Choice::One("[{"),
        Choice::Tuple(-1, i64::MIN),
        Choice::Fields { text: "{", none: () },
        Choice::Empty {},
    ];
    agree(&Form {
        text: "a\"b",
        none: None,
        left_out: None,
        pairs: vec![(i32::MIN, true), (0, false)],
        map: [(Word::First, [1, 2]), (Word::TheSecond, [0, 255])].into(),
        empty: BTreeMap::new(),
        nothing: vec![],
        choices,
        unit: Unit,
        two: Two(10, 'è'),
        flat: Tagged::Fields { a: u64::MAX, b: None },
    });
    for number in [0, 9, 10, 1_234_567_890] {
        agree(&number);
    }
}

#[test]
fn every_character_below_a_hundred_and_its_neighbours_are_written_as_serde_json_writes_them() {
    let all: String = (0..0x100u32).filter_map(char::from_u32).collect();
    agree(&all);
    agree("");
}

#[test]
fn what_our_json_does_not_have_is_nothing() {
    assert_eq!(write(&1.5), None);
    assert_eq!(write(&BTreeMap::from([(7, 1)])), None);
}

proptest! {
    #[test]
    fn any_text_is_written_as_serde_json_writes_it(text in any::<String>(), number in any::<i64>()) {
        agree(&(text, number, number as u64));
    }
}
