//! `microsip`: the reference command line. It uses the library's exported C functions alone, as any host would.

mod abi;
mod account;
mod answer;
mod args;
mod call;
mod cutter;
mod demo;
mod devices;
mod echo;
mod event;
mod interrupt;
mod ladder;
mod output;
mod phone;
mod register;
mod session;
mod talk;
mod tone;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;

use args::{Arguments, Command};
use output::Output;
use session::Exit;

fn main() -> ExitCode {
    let arguments = Arguments::parse(); // ends with 2 and its own text when the line is wrong
    let output = Arc::new(Output::new(&arguments.show));
    let show = &arguments.show;
    let done = match &arguments.command {
        Command::Demo(demo) => demo::run(show, &output, demo),
        Command::Echo(echo) => echo::run(show, &output, echo),
        Command::Call(call) => call::run(show, &output, call),
        Command::Answer(answer) => answer::run(show, &output, answer),
        Command::Register(register) => register::run(show, &output, register),
        Command::Devices(options) => devices::run(show, &output, options.all),
    };
    let exit = match done {
        Ok(()) => Exit::Ok,
        Err(stop) => {
            output.problem(&stop.text, stop.exit as u8);
            stop.exit
        }
    };
    ExitCode::from(exit as u8)
}
