//! Writes the C header: `microsip-header CRATE_FOLDER OUTPUT`, by the crate's own `cbindgen.toml`.
//! A package of its own, so that a build of the library does not build cbindgen too.

mod arrange;

use core::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(krate), Some(output)) = (arguments.next(), arguments.next()) else {
        return Err("usage: microsip-header CRATE_FOLDER OUTPUT".into());
    };
    let config = cbindgen::Config::from_file(krate.join("cbindgen.toml"))?;
    let mut header = Vec::new();
    cbindgen::Builder::new().with_crate(&krate).with_config(config).generate()?.write(&mut header);
    let header = arrange::arrange(&conventions(&String::from_utf8(header)?))?;
    std::fs::write(output, header)?;
    Ok(())
}

/// Callbacks are called by C's convention, whatever the compiler's own is; what is written below each other stays so.
fn conventions(header: &str) -> String {
    const PLAIN: &str = "typedef void (*";
    const NAMED: &str = "typedef void (MICROSIP_CALL *";
    let mut within = false;
    let lines = header.lines().map(|line| {
        let begins = line.starts_with(PLAIN);
        let shift = if within && !begins { " ".repeat(NAMED.len() - PLAIN.len()) } else { String::new() };
        within = (within || begins) && !line.ends_with(';');
        wrapped(&(shift + &line.replacen(PLAIN, NAMED, usize::from(begins)))) + "\n"
    });
    lines.collect()
}

/// A type that has become too long has its parameters below each other.
fn wrapped(line: &str) -> String {
    match line.rfind(")(").filter(|_| line.len() > arrange::WIDTH) {
        Some(at) => line.replace(", ", &format!(",\n{}", " ".repeat(at + 2))),
        None => line.to_owned(),
    }
}
