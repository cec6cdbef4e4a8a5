//! `microsip echo`: answers every call and sends back what it hears.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use crate::args::{Echo, Show};
use crate::event::{CallState, Happened};
use crate::output::Output;
use crate::phone::{Source, Text};
use crate::session::{Session, Stop, account, ended, here, poisoned};

pub(crate) fn run(show: &Show, output: &Arc<Output>, echo: &Echo) -> Result<(), Stop> {
    raise_descriptor_limit();
    let account = account(&echo.account)?;
    let mut session = Session::open(show, output, &echo.network, echo.max_calls, true, true)?; // an echo needs no device
    session.register(output, account)?;
    let phone = session.phone();
    let address = here(phone).map(|address| address.to_string()).unwrap_or_default();
    output.say(
        "listening",
        json!({ "address": address }),
        &format!("echo at {address}, up to {} calls at once; Ctrl-C ends it", echo.max_calls),
    );
    let mut lost = 0;
    let mut from = HashMap::new(); // who called, while the call lasts
    while let Some(event) = phone.next_event(None)? {
        match event.what {
            Happened::Call { state: CallState::Incoming, .. } => {
                // A caller may be gone before we answer: the ended event tells.
                let _ = phone.source(event.call, Source::Echo).and_then(|()| phone.answer(event.call, 200));
                if !show.quiet {
                    from.insert(event.call, phone.call_text(event.call, Text::RemoteUri));
                }
            }
            Happened::Call { state: CallState::Ended, .. } if show.quiet => phone.release(event.call),
            Happened::Call { state: CallState::Ended, sip_code, result } => {
                let from = from.remove(&event.call).unwrap_or_default();
                let stats = phone.stats(event.call).unwrap_or_default();
                let talked = phone.talked(event.call).unwrap_or_default();
                let reason = phone.call_text(event.call, Text::Reason);
                let how = if result == 0 { String::new() } else { format!(", {}", ended(sip_code, &reason, result)) };
                let text = format!(
                    "{from}: {:.1} s, {} packets in, {} out, {} lost{how}",
                    talked.as_secs_f64(),
                    stats.received,
                    stats.sent,
                    stats.lost
                );
                let fields = json!({
                    "call": event.call, "from": from, "state": "ended", "sip_code": sip_code, "result": result,
                    "talked_ms": talked.as_millis() as u64, "sent": stats.sent, "received": stats.received, "lost": stats.lost,
                });
                output.say("call", fields, &text);
                phone.release(event.call);
            }
            Happened::Account { state, sip_code, result } => session.account_changed(output, state, sip_code, result),
            Happened::Challenge(result) => session.challenged(output, result),
            Happened::Lost(count) => {
                lost += count;
                output.say("lost", json!({ "events": lost }), &format!("{lost} events came faster than they were read"));
            }
            Happened::Closed => break,
            Happened::Poisoned => return Err(poisoned()),
            _ => {}
        }
    }
    session.close();
    Ok(())
}

/// A call needs two descriptors (RTP, RTCP); the library never touches the process's limit, so the program does.
#[cfg(unix)]
fn raise_descriptor_limit() {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is ours, and both calls only read and write it.
    unsafe {
        if libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) == 0 {
            limit.rlim_cur = limit.rlim_max;
            libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit);
        }
    }
}

#[cfg(not(unix))]
fn raise_descriptor_limit() {}
