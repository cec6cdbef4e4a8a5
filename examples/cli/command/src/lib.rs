//! The reference command line `microsip`. It uses the library's exported C functions alone, as any host would.
// A test may fail by a panic.
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic))]

mod abi;
mod account;
mod answer;
mod app;
mod args;
mod body;
mod call;
mod cutter;
mod demo;
mod devices;
mod digits;
#[cfg(feature = "documents")]
mod documents;
mod echo;
mod end;
mod event;
mod interrupt;
mod keys;
mod ladder;
mod list;
mod message;
mod output;
mod phone;
mod register;
mod rules;
mod session;
mod subscribe;
mod talk;
mod terminal;
mod tone;
mod tone_file;
mod tones;
mod verb;
mod words;

use std::io::{self, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::FromArgMatches;

use args::{Arguments, Command};
use output::{Output, complain};
use session::{Exit, Stop};

/// Does what the arguments of this process ask for.
pub fn main() -> ExitCode {
    let arguments = match args::command().try_get_matches().and_then(|given| Arguments::from_arg_matches(&given)) {
        Ok(arguments) => arguments,
        Err(wrong) => return ExitCode::from(usage(&wrong) as u8),
    };
    let output = Arc::new(Output::new(&arguments.show));
    let show = &arguments.show;
    let done = match &arguments.command {
        Command::Demo(demo) => demo::run(show, &output, demo),
        Command::Echo(echo) => echo::run(show, &output, echo),
        Command::Call(call) => call::run(show, &output, call),
        Command::Answer(answer) => answer::run(show, &output, answer),
        Command::Register(register) => register::run(show, &output, register),
        Command::Message(message) => message::run(show, &output, message),
        Command::Subscribe(wanted) => subscribe::subscribe(show, &output, wanted),
        Command::Presence(wanted) => subscribe::presence(show, &output, wanted),
        Command::Devices(options) => devices::run(show, &output, options.all),
        Command::Tone(tone) => tone_file::run(&output, tone),
        Command::Tones(wanted) => tones::run(show, &output, wanted),
        #[cfg(feature = "documents")]
        Command::Completions(wanted) => documents::completions(wanted),
        #[cfg(feature = "documents")]
        Command::Man(wanted) => documents::man(wanted),
    };
    let exit = match done {
        Ok(()) => Exit::Ok,
        Err(stop) => {
            if !stop.told {
                output.problem(&stop);
            }
            stop.exit
        }
    };
    let exit = output.broken().map_or(exit, |error| {
        if error.kind() != io::ErrorKind::BrokenPipe {
            complain(&format!("microsip: cannot write to standard output: {error}"));
        }
        Exit::Output
    });
    ExitCode::from(exit as u8)
}

/// The command line is wrong, or asks for help or the version.
fn usage(wrong: &clap::Error) -> Exit {
    let (written, exit) = if wrong.use_stderr() && std::env::args_os().any(|argument| argument == "--json") {
        // its first line starts so, for people
        let text = wrong.to_string();
        let text = text.trim().trim_start_matches("error: ");
        (writeln!(io::stdout(), "{}", output::error(&Stop::new(Exit::Usage, text))), Exit::Usage)
    } else {
        (wrong.print(), if wrong.use_stderr() { Exit::Usage } else { Exit::Ok })
    };
    if written.and_then(|()| io::stdout().flush()).is_err() { Exit::Output } else { exit }
}
