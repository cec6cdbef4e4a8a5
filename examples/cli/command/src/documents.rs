//! `microsip completions` and `microsip man`: written from the definitions of the arguments, so they cannot disagree
//! with them.

use std::io::Write;
use std::path::Path;

use clap::Args;
use clap_complete::Shell;

use crate::args;
use crate::session::{Exit, Stop};

#[derive(Args, Debug)]
pub(crate) struct Completions {
    /// The shell that is to complete
    pub(crate) shell: Shell,
}

#[derive(Args, Debug)]
pub(crate) struct Man {
    /// Write microsip.1 and a page for each command into this folder, instead of microsip.1 to standard output
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<std::path::PathBuf>,
}

fn write(bytes: &[u8]) -> Result<(), Stop> {
    std::io::stdout().write_all(bytes).map_err(|error| Stop::new(Exit::Output, format!("standard output: {error}")))
}

pub(crate) fn completions(wanted: &Completions) -> Result<(), Stop> {
    let mut bytes = Vec::new();
    clap_complete::generate(wanted.shell, &mut args::command(), "microsip", &mut bytes);
    write(&bytes)
}

/// This command and its own, each with a synopsis that leaves the options to their section, where their values are.
fn command() -> clap::Command {
    fn brief(mut command: clap::Command) -> clap::Command {
        let usage = command.render_usage().to_string();
        let names: Vec<String> = command.get_subcommands().map(|own| own.get_name().to_owned()).collect();
        let command = names.iter().fold(command, |command, name| command.mut_subcommand(name, brief));
        command.override_usage(usage.trim_start_matches("Usage: ").to_owned())
    }
    let mut command = args::command().disable_help_subcommand(true);
    command.build();
    brief(command)
}

/// The page, its tables and examples as they are written.
fn page(command: &clap::Command) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    clap_mangen::Man::new(command.clone()).render(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let Some((front, extra)) = text.split_once(".SH EXTRA\n") else { return Ok(text.into_owned()) };
    let (extra, behind) = extra.find("\n.SH ").map_or((extra, ""), |at| extra.split_at(at + 1));
    Ok(format!("{front}.SH \"EXIT CODES AND EXAMPLES\"\n.nf\n{extra}.fi\n{behind}"))
}

pub(crate) fn man(wanted: &Man) -> Result<(), Stop> {
    let failed =
        |at: &Path, error: &dyn std::fmt::Display| Stop::new(Exit::Usage, format!("{}: {error}", at.display()));
    match &wanted.out {
        Some(folder) => {
            let whole = command();
            for command in std::iter::once(&whole).chain(whole.get_subcommands().filter(|own| !own.is_hide_set())) {
                let file = folder.join(clap_mangen::Man::new(command.clone()).get_filename());
                page(command).and_then(|text| std::fs::write(&file, text)).map_err(|error| failed(&file, &error))?;
            }
            Ok(())
        }
        None => {
            let text = page(&command()).map_err(|error| failed(Path::new("microsip.1"), &error))?;
            write(text.as_bytes())
        }
    }
}
