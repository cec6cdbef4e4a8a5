//! `microsip`: the reference command line. Its code is the package `microsip-command`.

use std::process::ExitCode;

fn main() -> ExitCode {
    microsip_command::main()
}
