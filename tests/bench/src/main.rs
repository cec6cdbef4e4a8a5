//! `microsip-bench WORK TIMES`: does a piece of work so many times. `tests/bench/run.py` runs it under callgrind with
//! two counts; the difference is what the work costs, free of start-up. `media` prints the CPU time that it took
//! itself.

mod conference;
mod lock;
mod media;
mod messages;
mod parse;

use microsip_core::media::Codec;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let work = arguments.next().unwrap_or_default();
    let times: u32 = arguments.next().and_then(|word| word.parse().ok()).unwrap_or(1);
    let fine = match work.as_str() {
        "sizes" => parse::sizes(),
        "invite" => parse::invite(times),
        "invite-lazily" => parse::invite_lazily(times),
        "invite-sdp" => parse::invite_sdp(times),
        "ok" => parse::ok(times),
        "print" => parse::print(times),
        "lock" => lock::held(times),
        "media" => media::both_ways(times, Codec::Pcmu),
        "g722" => media::both_ways(times, Codec::G722),
        "conference" | "alone" => conference::members(times, work == "conference"),
        "messages" => messages::list(),
        other if other.starts_with("message-") => messages::work(other.trim_start_matches("message-"), times, false),
        other if other.starts_with("described-") => messages::work(other.trim_start_matches("described-"), times, true),
        _ => {
            eprintln!(
                "usage: microsip-bench sizes|invite|invite-lazily|invite-sdp|ok|print|media|g722|conference|alone|lock|messages|message-N|described-N TIMES"
            );
            return ExitCode::from(2);
        }
    };
    // A bench of work that failed would be fast.
    if fine { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
