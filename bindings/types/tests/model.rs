//! What the printers rely on, in the schemas as they are.

use std::path::Path;

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
