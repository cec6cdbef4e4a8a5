//! Events as they cross.

use super::conference::raw_of;
use crate::abi::types::*;
use microsip_core::phone::{Event, EventKind};

/// An event as it crosses.
pub(crate) fn of(event: &Event, phone: u64) -> microsip_event {
    let blank = microsip_event {
        phone,
        object: if event.call.is_none() { event.account.raw() } else { event.call.raw() },
        owner: if event.call.is_none() { 0 } else { event.account.raw() },
        tag: event.tag,
        time_us: event.at.micros(),
        ..microsip_event::default()
    };
    match event.kind {
        EventKind::Call { state, reached, sip_code, result, cause, ended_by, rule } => microsip_event {
            r#type: MICROSIP_EV_CALL,
            cause: cause as u32,
            ended_by: ended_by as u32,
            value: rule.map_or(0, |rule| rule as u32),
            state: state as u32,
            reached,
            sip_code: u32::from(sip_code),
            result: result as i32,
            ..blank
        },
        EventKind::Account { state, reached, sip_code, result } => microsip_event {
            r#type: MICROSIP_EV_ACCOUNT,
            state: state as u32,
            reached,
            sip_code: u32::from(sip_code),
            result: result as i32,
            ..blank
        },
        EventKind::DigitBegun(digit) => {
            microsip_event { r#type: MICROSIP_EV_DIGIT_BEGUN, value: u32::from(digit), ..blank }
        }
        EventKind::Digit { digit, ms, method } => microsip_event {
            r#type: MICROSIP_EV_DIGIT,
            value: u32::from(digit),
            state: method as u32,
            reached: u32::from(ms),
            ..blank
        },
        EventKind::Done { op, token, sip_code, result } => microsip_event {
            r#type: MICROSIP_EV_DONE,
            op: op as u32,
            token,
            sip_code: u32::from(sip_code),
            result: result as i32,
            ..blank
        },
        EventKind::Media { media, result } => {
            microsip_event { r#type: MICROSIP_EV_MEDIA, value: media, result: result as i32, ..blank }
        }
        EventKind::Member { conference, member, joined } => microsip_event {
            r#type: MICROSIP_EV_MEMBER,
            object: conference.raw(),
            other: raw_of(member),
            state: u32::from(joined),
            ..blank
        },
        EventKind::Talker { conference, talker } => microsip_event {
            r#type: MICROSIP_EV_TALKER,
            object: conference.raw(),
            other: talker.map_or(0, raw_of),
            ..blank
        },
        EventKind::Challenge(why) => microsip_event { r#type: MICROSIP_EV_CHALLENGE, result: why as i32, ..blank },
        EventKind::Lost(count) => microsip_event { r#type: MICROSIP_EV_LOST, value: count, ..blank },
    }
}
