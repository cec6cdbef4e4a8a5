//! Transfers between three phones: blind, by a consultation, to one that is busy; and a call whose place another takes.

use super::{
    Flow, answer_all, causes, dial, dial_with, done, meanwhile, over, rings, served, talking, talks, told_each, up,
    wait,
};
use crate::replaces::following;
use microsip_core::phone::{AccountId, CallId, DialOptions, EndCause, TransferOptions, TransferTo};
use microsip_tests::Lab;

const fn flow(name: &'static str, play: fn(&mut Lab), right: fn(&Lab) -> bool) -> Flow {
    Flow { options: following, ..super::flow(name, play, right) }
}

pub(super) const FLOWS: [Flow; 5] = [
    flow("transferred", blind, |lab| {
        served(lab, 0) == 1 && causes(lab, 0, EndCause::Transferred) == 1 && talks(lab, 2) == 1
    }),
    flow("transferred with a consultation", attended, |lab| {
        served(lab, 0) == 1 && causes(lab, 0, EndCause::Transferred) == 2 && causes(lab, 2, EndCause::Replaced) == 1
    }),
    flow("transferred while it rings", ringing, |lab| {
        served(lab, 0) == 1 && causes(lab, 0, EndCause::Transferred) == 2 && causes(lab, 2, EndCause::Replaced) == 1
    }),
    flow("transferred in vain", refused, |lab| served(lab, 0) == 0 && talks(lab, 0) == 1 && talks(lab, 2) == 0),
    flow("replaced", replaced, |lab| causes(lab, 0, EndCause::Replaced) == 1 && talks(lab, 0) == 2),
];

/// The first phone's first call is transferred.
fn transfer(lab: &mut Lab, to: TransferTo<'_>) {
    let first = lab.ends[0].phone.calls().next().unwrap_or(CallId::NONE);
    told_each(lab, 0, |phone, now, call, token| {
        let options = TransferOptions { token, ..TransferOptions::default() };
        call == first && phone.transfer(now, call, to, &options).is_ok()
    });
}

fn blind(lab: &mut Lab) {
    talking(lab);
    transfer(lab, TransferTo::Target("sip:c@10.0.0.3"));
    rings(lab, 2, 1);
    answer_all(lab, 2);
    done(lab, &mut []);
    up(lab, 1, 1);
    over(lab, 2, &mut []);
    over(lab, 0, &mut []);
}

fn attended(lab: &mut Lab) {
    talking(lab);
    dial(lab, 0, "sip:c@10.0.0.3");
    rings(lab, 2, 1);
    answer_all(lab, 2);
    up(lab, 0, 2);
    let second = lab.ends[0].phone.calls().nth(1).unwrap_or(CallId::NONE);
    transfer(lab, TransferTo::Call(second));
    done(lab, &mut []);
    wait(lab, |lab| causes(lab, 2, EndCause::Replaced) == 1);
    over(lab, 1, &mut []);
    over(lab, 0, &mut []);
}

fn ringing(lab: &mut Lab) {
    talking(lab);
    dial(lab, 0, "sip:c@10.0.0.3");
    rings(lab, 2, 1);
    let second = lab.ends[0].phone.calls().nth(1).unwrap_or(CallId::NONE);
    transfer(lab, TransferTo::Call(second));
    answer_all(lab, 2);
    done(lab, &mut []);
    wait(lab, |lab| causes(lab, 2, EndCause::Replaced) == 1);
    over(lab, 1, &mut []);
    over(lab, 0, &mut []);
}

fn refused(lab: &mut Lab) {
    talking(lab);
    transfer(lab, TransferTo::Target("sip:c@10.0.0.3"));
    rings(lab, 2, 1);
    super::each(lab, 2, |phone, now, call| phone.reject(now, call, 486).is_ok());
    done(lab, &mut []);
    over(lab, 0, &mut []);
}

fn replaced(lab: &mut Lab) {
    talking(lab);
    // the third phone knows the call's name, as from a lamp
    let ok = lab.sent.iter().find(|sent| sent.text.starts_with("SIP/2.0 200") && sent.text.contains("INVITE"));
    let field = |name: &str| ok.and_then(|ok| crate::server::header(&ok.text, name)).unwrap_or_default().to_owned();
    let tag = |value: String| value.split("tag=").nth(1).unwrap_or_default().to_owned();
    let name = format!("{};to-tag={};from-tag={}", field("Call-ID"), tag(field("From")), tag(field("To")));
    let options = DialOptions { replaces: &name, ..DialOptions::default() };
    dial_with(lab, 2, AccountId::NONE, "sip:a@10.0.0.1", options);
    meanwhile(lab, &mut [], |lab| causes(lab, 0, EndCause::Replaced) == 1 && causes(lab, 1, EndCause::Normal) == 1);
    over(lab, 2, &mut []);
    over(lab, 0, &mut []);
}
