//! What the printers rely on, in the schemas as they are.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use sts_types::model::{Model, Shape};
use sts_types::schema;

fn model() -> Model {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/schema");
    schema::read(&folder).expect("the schemas are readable")
}

#[test]
fn every_command_names_answers_that_there_are() {
    let model = model();
    let Shape::Family(answers) = &model.named("Answer").shape else { panic!("a family") };
    assert!(model.commands.len() >= 20);
    for command in &model.commands {
        assert!(!command.answers.is_empty(), "{} has no answer", command.name);
        for answer in &command.answers {
            let known = answers.members.iter().any(|member| member.name == *answer);
            assert!(known, "{} has no {answer}", command.name);
        }
    }
    for member in &answers.members {
        let given = model.commands.iter().any(|command| command.answers.contains(&member.name));
        assert!(given, "no command has {}", member.name);
    }
}

#[test]
fn what_comes_back_may_hold_what_is_not_known_and_what_is_handed_over_may_not() {
    let model = model();
    for (name, input, output) in [
        ("Verdict", false, true),
        ("Stato", true, false),
        ("TipoSpesa", true, true),
        ("Settings", true, false),
        ("Mode", true, true),
        ("Receipts", false, true),
    ] {
        let ty = model.named(name);
        assert_eq!((ty.input, ty.output), (input, output), "{name}");
    }
}

#[test]
fn every_type_and_field_says_what_it_means() {
    for ty in model().types.values() {
        assert!(!ty.doc.is_empty(), "{} says nothing", ty.name);
        for field in ty.fields() {
            assert!(!field.doc.is_empty(), "{}.{} says nothing", ty.name, field.name);
        }
    }
}

/// Commands of the scenarios with the answers that are expected of them.
fn expected(value: &Value, found: &mut Vec<(String, String)>) {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    if let (Some(command), Some(answer)) =
        (text(&value["command"]["command"]), text(&value["answer"]["answer"]))
    {
        found.push((command, answer));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|value| expected(value, found)),
        Value::Array(items) => items.iter().for_each(|value| expected(value, found)),
        _ => {}
    }
}

#[test]
fn the_answers_that_scenarios_expect_are_those_that_the_commands_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the scenarios are there") {
        let path = entry.expect("an entry").path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let text = std::fs::read_to_string(&path).expect("a scenario is text");
            expected(&serde_json::from_str(&text).expect("a scenario is JSON"), &mut found);
        }
    }
    let model = model();
    let Shape::Family(answers) = &model.named("Answer").shape else { panic!("a family") };
    for (command, answer) in &found {
        let command = model.commands.iter().find(|one| one.name == *command).expect("a command");
        let member = answers.members.iter().find(|one| one.tag == *answer).expect("an answer");
        assert!(command.answers.contains(&member.name), "{} has {answer}", command.name);
    }
    let commands: BTreeSet<_> = found.iter().map(|(command, _)| command).collect();
    assert!(commands.len() >= 12, "the scenarios expect answers of most commands");
}
