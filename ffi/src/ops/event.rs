//! Events as they cross.

use super::conference::raw_of;
use crate::abi::types::*;
use microsip_core::base::features;
use microsip_core::phone::{CallState, Cause, EndCause, EndedBy, Event, EventKind};

/// An event as it crosses.
pub(crate) fn of(from: &Event, phone: u64) -> microsip_event {
    let mut event = microsip_event {
        phone,
        object: if from.call.is_none() { from.account.raw() } else { from.call.raw() },
        owner: if from.call.is_none() { 0 } else { from.account.raw() },
        tag: from.tag,
        time_us: from.at.micros(),
        ..microsip_event::default()
    };
    match from.kind {
        EventKind::Call { state, reached, sip_code, result, cause, ended_by, rule, alert } => {
            event.r#type = MICROSIP_EV_CALL;
            event.cause = cause as u32;
            event.ended_by = ended_by as u32;
            let alert = if features::TONES && state == CallState::Incoming { alert.0 } else { 0 };
            event.value = rule.filter(|_| features::RULES).map_or(alert, |rule| rule as u32);
            event.state = state as u32;
            event.reached = reached;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
        }
        EventKind::Account { state, reached, sip_code, result } => {
            event.r#type = MICROSIP_EV_ACCOUNT;
            event.state = state as u32;
            event.reached = reached;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
        }
        EventKind::DigitBegun { digit, method } => {
            event.r#type = MICROSIP_EV_DIGIT_BEGUN;
            event.value = u32::from(digit);
            event.state = method as u32;
        }
        EventKind::Digit { digit, ms, method } => {
            event.r#type = MICROSIP_EV_DIGIT;
            event.value = u32::from(digit);
            event.state = method as u32;
            event.reached = u32::from(ms);
        }
        EventKind::DigitSent { .. } if !features::INFO => {}
        EventKind::DigitSent { digit, method, left } => {
            event.r#type = MICROSIP_EV_DIGIT_SENT;
            event.value = u32::from(digit);
            event.state = method as u32;
            event.reached = u32::from(left);
        }
        EventKind::Done { op, token, sip_code, result, ended_by, conference } => {
            event.r#type = MICROSIP_EV_DONE;
            event.op = op as u32;
            if features::TONES && features::CONFERENCE && !conference.is_none() {
                (event.object, event.op) = (conference.raw(), MICROSIP_OP_TONE);
            }
            event.token = token;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
            event.cause = EndCause::of(result, sip_code) as u32;
            event.ended_by = ended_by as u32;
        }
        EventKind::Media { media, result, sip_code } => {
            event.r#type = MICROSIP_EV_MEDIA;
            event.value = media;
            event.result = result as i32;
            if features::REOFFER && result != Cause::Normal {
                event.sip_code = u32::from(sip_code);
                event.cause = EndCause::of(result, sip_code) as u32;
                event.ended_by = EndedBy::of_failure(result, sip_code) as u32;
            }
        }
        EventKind::Identity => event.r#type = MICROSIP_EV_IDENTITY,
        EventKind::LocationLeft { .. } if !features::IDENTITY => {}
        EventKind::LocationLeft { bytes } => {
            event.r#type = MICROSIP_EV_LOCATION;
            event.value = u32::from(bytes);
        }
        EventKind::Datagram { .. } if !features::STREAM => {}
        EventKind::Datagram { bytes } => {
            event.r#type = MICROSIP_EV_DATAGRAM;
            event.value = u32::from(bytes);
        }
        // without conferences there are none
        EventKind::Member { .. } | EventKind::Talker { .. } if !features::CONFERENCE => {}
        EventKind::Member { conference, member, joined } => {
            event.r#type = MICROSIP_EV_MEMBER;
            event.object = conference.raw();
            event.other = raw_of(member);
            event.state = u32::from(joined);
        }
        EventKind::Talker { conference, talker } => {
            event.r#type = MICROSIP_EV_TALKER;
            event.object = conference.raw();
            event.other = talker.map_or(0, raw_of);
        }
        EventKind::Message { .. } | EventKind::Sent { .. } if !features::MESSAGE => {}
        EventKind::Message { message, state, sip_code, result } => {
            event.r#type = MICROSIP_EV_MESSAGE;
            event.owner = event.object;
            event.object = message.raw();
            event.state = state as u32;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
        }
        EventKind::Sent { message, token, sip_code, result } => {
            event.r#type = MICROSIP_EV_DONE;
            event.op = MICROSIP_OP_SEND;
            event.owner = event.object;
            event.object = message.raw();
            event.token = token;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
            event.cause = EndCause::of(result, sip_code) as u32;
            event.ended_by = EndedBy::of_failure(result, sip_code) as u32;
        }
        EventKind::Composing { .. } | EventKind::Delivery { .. } if !features::IMDN => {}
        EventKind::Composing { message, active } => {
            event.r#type = MICROSIP_EV_COMPOSING;
            event.owner = event.object;
            event.object = message.raw();
            event.state = if active { MICROSIP_COMPOSING_ACTIVE } else { MICROSIP_COMPOSING_IDLE };
        }
        EventKind::Delivery { message, disposition } => {
            event.r#type = MICROSIP_EV_DELIVERY;
            event.owner = event.object;
            event.object = message.raw();
            event.state = disposition as u32;
        }
        EventKind::Publication { .. } if !features::PUBLISH => {}
        EventKind::Publication { state, sip_code, result } => {
            event.r#type = MICROSIP_EV_PUBLICATION;
            event.state = state as u32;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
            event.cause = EndCause::of(result, sip_code) as u32;
        }
        EventKind::Subscription { .. } | EventKind::Notify { .. } if !features::SUBSCRIBE => {}
        EventKind::Subscription { subscription, state, sip_code, result } => {
            event.r#type = MICROSIP_EV_SUBSCRIPTION;
            event.owner = event.object;
            event.object = subscription.raw();
            event.state = state as u32;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
            event.cause = EndCause::of(result, sip_code) as u32;
        }
        EventKind::Notify { subscription, lamp, value } => {
            event.r#type = MICROSIP_EV_NOTIFY;
            event.owner = event.object;
            event.object = subscription.raw();
            event.state = lamp as u32;
            event.value = value;
        }
        EventKind::Watcher { .. } if !features::NOTIFY => {}
        EventKind::Watcher { watcher, package, state, sip_code, result } => {
            event.r#type = MICROSIP_EV_WATCHER;
            event.owner = event.object;
            event.object = watcher.raw();
            event.state = state as u32;
            event.value = package as u32;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
            event.cause = if result == Cause::Normal { 0 } else { EndCause::of(result, sip_code) as u32 };
        }
        EventKind::Refer { .. } | EventKind::Transfer { .. } if !features::REFER => {}
        EventKind::Refer { message, state, sip_code, result } => {
            event.r#type = MICROSIP_EV_REFER;
            event.owner = event.object;
            event.object = message.raw();
            event.state = state as u32;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
        }
        EventKind::Transfer { state, sip_code, result, token } => {
            event.r#type = MICROSIP_EV_TRANSFER;
            event.state = state as u32;
            event.token = token;
            event.sip_code = u32::from(sip_code);
            event.result = result as i32;
            event.cause = EndCause::of(result, sip_code) as u32;
            event.ended_by = EndedBy::of_failure(result, sip_code) as u32;
        }
        EventKind::Mailbox { .. } | EventKind::CheckSync { .. } if !features::SUBSCRIBE => {}
        EventKind::Mailbox { lamp, value } => {
            event.r#type = MICROSIP_EV_MAILBOX;
            event.state = lamp as u32;
            event.value = value;
        }
        EventKind::CheckSync { reboot } => {
            event.r#type = MICROSIP_EV_CHECK_SYNC;
            event.value = reboot.map_or(0, |reboot| if reboot { MICROSIP_ON } else { MICROSIP_OFF });
        }
        EventKind::Challenge(why) => {
            event.r#type = MICROSIP_EV_CHALLENGE;
            event.result = why as i32;
        }
        EventKind::Lost(count) => {
            event.r#type = MICROSIP_EV_LOST;
            event.value = count;
        }
    }
    event
}
