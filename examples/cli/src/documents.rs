//! `microsip completions` and `microsip man`: written from the definitions of the arguments, so they cannot disagree
//! with them.

use std::io::Write;
use std::path::Path;

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use crate::args::Arguments;
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
    clap_complete::generate(wanted.shell, &mut Arguments::command(), "microsip", &mut bytes);
    write(&bytes)
}

pub(crate) fn man(wanted: &Man) -> Result<(), Stop> {
    let failed =
        |at: &Path, error: &dyn std::fmt::Display| Stop::new(Exit::Usage, format!("{}: {error}", at.display()));
    match &wanted.out {
        Some(folder) => clap_mangen::generate_to(Arguments::command(), folder).map_err(|error| failed(folder, &error)),
        None => {
            let mut bytes = Vec::new();
            let page = clap_mangen::Man::new(Arguments::command());
            page.render(&mut bytes).map_err(|error| failed(Path::new("microsip.1"), &error))?;
            write(&bytes)
        }
    }
}
