//! `sent [CALLS [FILE]]`: leads phones through calls of every kind and prints a hash of every byte they sent; the
//! packets themselves go to FILE. `sent plain CALLS`: calls of signalling alone, for counting instructions.
//! `tests/setup/sent.sh` compares two revisions by it.

use microsip_tests::script::{KINDS, PLAIN, Record, run};
use std::process::ExitCode;

fn report(record: &Record) {
    println!("{:016x}  {} SIP messages, {} media packets", record.hash(), record.sip, record.media);
}

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let number = |place: usize| words.get(place).and_then(|word| word.parse().ok());
    if words.first().is_some_and(|word| word == "plain") {
        report(&run(number(1).unwrap_or(100), PLAIN, false));
        return ExitCode::SUCCESS;
    }
    let file = words.get(1);
    let record = run(number(0).unwrap_or(300), KINDS, file.is_some());
    report(&record);
    if let Some(file) = file
        && let Err(error) = std::fs::write(file, record.lines.unwrap_or_default().join("\n"))
    {
        eprintln!("{file}: {error}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
