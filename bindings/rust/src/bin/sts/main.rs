//! `sts`: libsts on the command line.

mod args;
mod check;
mod demo;
mod failure;
mod input;
mod practice;
mod preview;
mod secrets;
mod settings;
mod show;
mod ui;
mod words;
mod work;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Arguments, Task};
use failure::{Exit, Failure};
use ui::Ui;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let ui = Ui::new(arguments.lang);
    match run(&ui, arguments) {
        Ok(exit) => exit.into(),
        Err(failure) => {
            eprintln!("sts: {}", failure.message(ui.lang));
            failure.exit.into()
        }
    }
}

fn run(ui: &Ui, arguments: Arguments) -> Result<Exit, Failure> {
    let Some(task) = arguments.task else {
        ui.say(&Arguments::command().render_long_help().to_string());
        return Ok(Exit::Done);
    };
    match task {
        Task::Demo(demo) => demo::run(ui, &demo),
        Task::Check(check) => check::run(ui, &check),
        Task::Preview(preview) => preview::run(ui, &preview),
        Task::Init(init) => practice::init(ui, &init),
        Task::Save(save) => work::save(ui, &save),
        Task::Send(send) => work::send(ui, &send),
        Task::Run(run) => work::run(ui, &run),
        Task::List(list) => show::list(ui, &list),
        Task::Documents(documents) => show::documents(ui, &documents),
        Task::Status(status) => show::status(ui, &status),
        Task::TestCredentials(test) => work::test_credentials(ui, &test),
    }
}
