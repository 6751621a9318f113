//! `sts`: libsts on the command line.

mod args;
mod automation;
mod check;
mod demo;
mod events;
mod failure;
mod input;
mod overview;
mod practice;
mod preview;
mod secrets;
mod service;
mod settings;
mod show;
mod simulated;
mod status;
mod tools;
mod transfer;
mod ui;
mod week;
mod words;
mod work;
mod worker;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use sts_core::command::Change;

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
        Task::Demo(demo) if demo.week => week::run(ui, &demo),
        Task::Demo(demo) => demo::run(ui, &demo),
        Task::Check(check) => check::run(ui, &check),
        Task::Preview(preview) => preview::run(ui, &preview),
        Task::Init(init) => practice::init(ui, &init),
        Task::Save(save) => work::save(ui, &save),
        Task::Send(send) => work::send(ui, &send),
        Task::Run(run) => work::run(ui, &run),
        Task::List(list) => show::list(ui, &list),
        Task::Documents(documents) => show::documents(ui, &documents),
        Task::Status(status) => status::status(ui, &status),
        Task::Plan(status) => status::plan(ui, &status),
        Task::Health(health) => overview::health(ui, &health),
        Task::Calendar(calendar) => overview::calendar(ui, &calendar),
        Task::Receipts(receipts) => service::receipts(ui, &receipts),
        Task::Diff(diff) => service::diff(ui, &diff),
        Task::Segnalazioni(segnalazioni) => service::segnalazioni(ui, &segnalazioni),
        Task::Delete(tool) => tools::change(ui, Change::Delete, &tool),
        Task::Resend(tool) => tools::change(ui, Change::Resend, &tool),
        Task::Update(tool) => tools::change(ui, Change::Update, &tool),
        Task::Cancel(tool) => tools::change(ui, Change::Cancel, &tool),
        Task::Resync(tool) => tools::change(ui, Change::Resync, &tool),
        Task::Refund(refund) => tools::refund(ui, &refund),
        Task::Automatic(automatic) => automation::automatic(ui, &automatic),
        Task::Manual(manual) => automation::manual(ui, &manual),
        Task::Pause(pause) => automation::pause(ui, &pause),
        Task::Resume(pause) => automation::resume(ui, &pause),
        Task::PasswordSetOn(set) => automation::password_set_on(ui, &set),
        Task::Export(export) => transfer::export(ui, &export),
        Task::Import(import) => transfer::import(ui, &import),
        Task::TestCredentials(test) => work::test_credentials(ui, &test),
        Task::Worker => worker::run(),
    }
}
