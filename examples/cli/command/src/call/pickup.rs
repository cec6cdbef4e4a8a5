//! `microsip call --pickup`: takes a call that rings at another phone. The state of the party's calls is fetched once, and
//! the first one that rings there is asked of its caller, whom the state names (RFC 3891, 4235).

use serde_json::json;

use crate::abi as c;
use crate::app::App;
use crate::phone::{Entry, Failure, Id, Watch};
use crate::session::{Exit, Stop, ended};

/// The parties whose calls may be taken, until one rings or all have told.
#[derive(Default)]
pub(super) struct Pickup {
    parties: Vec<Party>,
}

struct Party {
    subscription: Id,
    uri: String,
    /// The outcome, once the subscription has ended and nothing rings that could be taken.
    end: Option<End>,
}

/// The outcome of a party's subscription.
enum End {
    /// Nothing rings there.
    Quiet,
    /// A call rings there, and the server does not say which.
    Unnamed,
    /// It is not told: the reason, its SIP status and its result.
    Failed(String, u32, i32),
}

/// A call that rings at a party's phone.
pub(super) struct Ringing {
    /// The party.
    pub(super) at: String,
    /// The caller.
    pub(super) from: String,
    /// The call, as its caller knows it: a value of Replaces.
    pub(super) name: String,
}

impl Pickup {
    /// Asks for the state of a party's calls.
    pub(super) fn ask(&mut self, app: &App<'_>, target: &str) -> Result<(), Failure> {
        let watch = Watch { package: c::MICROSIP_DIALOG, once: true, ..Watch::default() };
        let tracer = app.tracer.clone();
        let held = tracer.as_ref().map(|tracer| tracer.hold());
        let subscription = app.phone.subscribe(app.account, target, &watch)?;
        let uri = app.phone.text_of(subscription, c::MICROSIP_TXT_REMOTE_URI, 0);
        let uri = if uri.is_empty() { target.to_owned() } else { uri };
        let fields = || json!({ "subscription": subscription, "uri": uri, "event": "dialog", "state": "asking" });
        app.output.say("subscription", fields, &format!("asking what rings at {uri}"));
        drop(held);
        self.parties.push(Party { subscription, uri, end: None });
        Ok(())
    }

    /// It was told something: a call that rings there.
    pub(super) fn told(&mut self, app: &App<'_>, subscription: Id) -> Option<Ringing> {
        let party = self.parties.iter().find(|party| party.subscription == subscription && party.end.is_none())?;
        let found = ringing(app.phone.entries(subscription), &party.uri)?;
        for party in self.parties.drain(..) {
            app.phone.unsubscribe(party.subscription);
        }
        Some(found)
    }

    /// A subscription has ended. The end of the command, where it was the last one and nothing rings.
    pub(super) fn ended(&mut self, app: &App<'_>, subscription: Id) -> Option<Stop> {
        let party = self.parties.iter_mut().find(|party| party.subscription == subscription)?;
        let of = app.phone.watching(subscription)?;
        let reason = app.phone.text_of(subscription, c::MICROSIP_TXT_REASON, 0);
        let rings = |entry: &Entry| entry.lamp == c::MICROSIP_LAMP_RINGING;
        party.end = Some(if of.result != c::MICROSIP_OK {
            End::Failed(ended(of.sip_code, &reason, of.result), of.sip_code, of.result)
        } else if app.phone.entries(subscription).iter().any(rings) {
            End::Unnamed
        } else {
            End::Quiet
        });
        app.phone.unsubscribe(subscription);
        if self.parties.iter().any(|party| party.end.is_none()) {
            return None;
        }
        Some(outcome(&std::mem::take(&mut self.parties)))
    }
}

/// The end of the command, where all parties have told: a call that cannot be named comes before what is not told.
fn outcome(parties: &[Party]) -> Stop {
    let those = |is: fn(&End) -> bool| {
        let those = parties.iter().filter(|party| party.end.as_ref().is_none_or(is));
        those.map(|party| &*party.uri).collect::<Vec<_>>().join(", ")
    };
    let unnamed = those(|end| matches!(end, End::Unnamed));
    if !unnamed.is_empty() {
        let text = format!(
            "a call rings at {unnamed}, and the server does not say which: it leaves out the Call-ID or the tags; it may have \
             a feature code instead, such as *8"
        );
        return Stop::new(Exit::CallFailed, text);
    }
    let failed = parties.iter().find_map(|party| match &party.end {
        Some(End::Failed(why, sip_code, result)) => Some((why, *sip_code, *result)),
        _ => None,
    });
    if let Some((why, sip_code, result)) = failed {
        let untold = those(|end| matches!(end, End::Failed(..)));
        return Stop::of(Exit::CallFailed, &format!("what rings at {untold} is not told: {why}"), sip_code, result);
    }
    Stop::new(Exit::NoAnswer, format!("nothing rings at {}", those(|_| true)))
}

/// The first call that rings among these entries of a party's; of a list each party stands before its own.
fn ringing(entries: Vec<Entry>, party: &str) -> Option<Ringing> {
    let mut at = party.to_owned();
    for entry in entries {
        if entry.resource != 0 {
            at = entry.of;
        } else if rings(&entry) {
            return Some(Ringing { at, from: entry.uri, name: entry.replaces });
        }
    }
    None
}

/// A call that was sent there and has no answer; one that the party itself begins is nobody's to take.
fn rings(entry: &Entry) -> bool {
    entry.lamp == c::MICROSIP_LAMP_RINGING && entry.called && !entry.replaces.is_empty() && !entry.uri.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_list_the_party_is_told_at_which_it_rings() {
        let party = |of: &str| Entry { resource: c::MICROSIP_RESOURCE_PARTY, of: of.to_owned(), ..Entry::default() };
        let call = Entry {
            lamp: c::MICROSIP_LAMP_RINGING,
            called: true,
            uri: "sip:anna@example.org".into(),
            replaces: "a;to-tag=1;from-tag=2".into(),
            ..Entry::default()
        };
        let found =
            ringing(vec![party("sip:101@x"), party("sip:102@x"), call.clone(), party("sip:103@x")], "sip:all@x");
        assert_eq!(
            found.map(|found| (found.at, found.from)),
            Some(("sip:102@x".into(), "sip:anna@example.org".into()))
        );
        assert_eq!(ringing(vec![call], "sip:102@x").map(|found| found.at).as_deref(), Some("sip:102@x"));
        assert!(ringing(vec![party("sip:101@x")], "sip:all@x").is_none());
    }

    #[test]
    fn of_several_parties_the_order_of_their_ends_says_nothing() {
        let party = |uri: &str, end| Party { subscription: 1, uri: uri.to_owned(), end: Some(end) };
        let failed = || End::Failed("refused (403)".to_owned(), 403, c::MICROSIP_E_REFUSED);
        let of = |ends: [End; 3]| {
            let names = ["101", "102", "103"];
            let parties: Vec<_> = names.into_iter().zip(ends).map(|(name, end)| party(name, end)).collect();
            outcome(&parties).text
        };
        for (ends, text) in [
            ([End::Unnamed, failed(), End::Quiet], "a call rings at 101, and"),
            ([End::Quiet, failed(), End::Unnamed], "a call rings at 103, and"),
            ([failed(), End::Quiet, End::Quiet], "what rings at 101 is not told: refused (403)"),
            ([End::Quiet, failed(), failed()], "what rings at 102, 103 is not told: refused (403)"),
            ([End::Quiet, End::Quiet, End::Quiet], "nothing rings at 101, 102, 103"),
        ] {
            let told = of(ends);
            assert!(told.starts_with(text), "{told}");
        }
    }

    #[test]
    fn a_call_that_comes_in_and_has_a_name_may_be_taken() {
        let entry = |lamp, called, replaces: &str| Entry {
            lamp,
            called,
            uri: "sip:anna@example.org".into(),
            replaces: replaces.into(),
            ..Entry::default()
        };
        let name = "a;to-tag=1;from-tag=2;early-only";
        assert!(rings(&entry(c::MICROSIP_LAMP_RINGING, true, name)));
        for other in [
            entry(c::MICROSIP_LAMP_RINGING, true, ""),
            entry(c::MICROSIP_LAMP_TRYING, false, name),
            entry(c::MICROSIP_LAMP_BUSY, true, name),
            Entry { uri: String::new(), ..entry(c::MICROSIP_LAMP_RINGING, true, name) },
        ] {
            assert!(!rings(&other), "{other:?}");
        }
    }
}
