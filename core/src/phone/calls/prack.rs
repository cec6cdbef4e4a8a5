//! Reliable provisional responses to our INVITE (rfc3262#4): each gets a PRACK, in order, in its own early dialog.
//!
//! One whose PRACK finds no slot counts as not come: its sender repeats it. So does one that comes before the response
//! to the PRACK before it, or a far end that counts on without responding would use up the slots of all calls.

use super::Calls;
use super::forks::tag_of;
use crate::base::cursor::Cursor;
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::phone::Lower;
use crate::phone::dialogs::Leg;
use crate::phone::reliable::number_of;
use crate::phone::transactions::request::Sending;
use crate::wire::sip::Message;

/// Bytes of a RAck line: two numbers of ten digits, and the method.
const RACK: usize = "RAck: 4294967295 4294967295 INVITE\r\n".len();

impl Calls<'_> {
    /// A provisional response to our INVITE came. False: it is a repetition, or out of order, and says nothing.
    pub(super) fn hear_reliable(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        first: Handle,
        invite: Handle,
        response: &Message<'_>,
    ) -> bool {
        let Some(number) = number_of(response).filter(|_| response.status() > Some(100)) else { return true };
        let tag = tag_of(response);
        if tag.is_empty() {
            return true; // it makes no dialog for a PRACK
        }
        let dialog = lower.dialogs.with_tag(first, tag).or_else(|| self.new_early(lower, first, response, tag));
        // a branch that is not followed gets no PRACK: its sender gives up
        let Some(dialog) = dialog else { return true };
        let next = lower.dialogs.session(dialog).is_next(number);
        if !next || !self.may_ask(lower, dialog) || !self.send_prack(lower, now, dialog, invite, number) {
            return false;
        }
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.hear(number);
        }
        true
    }

    /// Acknowledges a provisional response. False: there is no slot, or the PRACK before it has no response yet.
    fn send_prack(&mut self, lower: &mut Lower<'_>, now: Instant, dialog: Handle, invite: Handle, number: u32) -> bool {
        let Some((flow, cseq)) = lower.transactions.request(invite).map(|sent| (sent.flow(), sent.number())) else {
            return false;
        };
        let before = lower.dialogs.get(dialog).map_or(Handle::NONE, Leg::prack);
        if lower.transactions.request(before).is_some() {
            return false;
        }
        let mut line = [0; RACK];
        let mut out = Cursor::new(&mut line);
        out.put_str("RAck: ");
        out.put_number(number.into());
        out.put_str(" ");
        out.put_number(cseq.into());
        out.put_str(" INVITE\r\n");
        let len = out.needed().min(RACK);
        let Some(request) = lower.dialog_request(dialog, Sending::Prack) else { return false };
        if lower.transactions.carry(&mut lower.cx, request, line.get(..len).unwrap_or_default(), (b"", b"")).is_err() {
            lower.end_request(request);
            return false;
        }
        lower.dialogs.set_prack(dialog, request);
        // the INVITE's way, unless the dialog's routes or target name another
        lower.dialogs.set_flow(dialog, flow);
        lower.dialogs.find_next_hop(dialog);
        let leg = lower.dialogs.get(dialog);
        let (flow, own_hop) = leg.map_or((flow, false), |leg| (leg.flow().unwrap_or(flow), leg.own_hop()));
        let asking = lower.go_over(now, request, flow, own_hop);
        self.asked(lower, now, asking);
        true
    }

    /// The final response to a PRACK of ours. A success shows that the far end of this dialog is there.
    pub(in crate::phone) fn prack_response(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        dialog: Handle,
        request: Handle,
        status: u16,
    ) {
        let call = lower.dialogs.call_of(dialog);
        if status < 300 && lower.media.heard(call) == dialog {
            lower.media.confirm(call);
        }
        lower.end_request(request);
        // an offer of ours waited for it
        if self.get(call).is_some_and(|call| !call.is_up()) {
            self.offer_unsettled(lower, now, call);
        }
    }
}
