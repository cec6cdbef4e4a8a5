//! UPDATE (RFC 3311) of the far end, and the offer in its PRACK: it is answered at once, for nobody is asked, and
//! without a transaction. A repetition is answered anew, byte for byte, from what the session keeps of the last answer.

use super::Calls;
use super::checks::{check_body, check_target};
#[cfg(feature = "sdp-hosts")]
use super::hosts::Unfound;
use super::reinvite::{later, renew};
use super::responses::{respond_and_bury, respond_at_once};
use crate::base::slots::Handle;
use crate::base::time::Instant;
use crate::offer::{Agreed, Local, OfferError, answer};
use crate::phone::arrived::Arrived;
use crate::phone::dialogs::Leg;
use crate::phone::media::description::set_edition;
use crate::phone::media::desired::Purpose;
use crate::phone::response::Extra;
use crate::phone::transactions::server::{Kind, Served};
use crate::phone::write::{contact_user, patch_length, write_length_place};
use crate::phone::{CallState, Lower};
use crate::sip::session::{Answered, Carrier, Edition, Refusal, Session};
use crate::sip::tombstone::Responded;
use crate::wire::sip::{Method, Name, Start, Writer};

/// The Retry-After of an UPDATE whose offer names a host that is looked up meanwhile, in seconds. It is the least that says
/// something, of the 0 to 10 that rfc3311#5.2 has; a name server that is not far takes less.
#[cfg(feature = "sdp-hosts")]
const SOUGHT_S: u8 = 1;

/// A response with a description is written.
struct Written {
    /// The description's edition, and the agreement that it makes.
    described: Option<(Edition, Agreed)>,
    /// It fits.
    fits: bool,
}

/// The refusal of an UPDATE or a PRACK.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Refused {
    status: u16,
    retry_after: u8,
    /// The Min-SE of a 422.
    least: u32,
    warning: Option<(u16, &'static str)>,
}

impl Refused {
    /// With a status alone.
    pub(super) fn plain(status: u16) -> Self {
        Self { status, ..Self::default() }
    }

    /// Sends it.
    pub(super) fn respond(self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        let Self { status, retry_after, least, warning } = self;
        respond_and_bury(lower, now, arrived, status, Extra { retry_after, warning, ..Extra::too_short(least) });
    }
}

impl Calls<'_> {
    /// An UPDATE (rfc3311#5.2). One that is refused changes nothing.
    pub(in crate::phone) fn updated(&mut self, lower: &mut Lower<'_>, now: Instant, arrived: &Arrived<'_, '_>) {
        Self::timer_learns_update(lower, arrived.dialog);
        let timer = lower.dialogs.session(arrived.dialog).timer;
        if let Err(refused) = self.take_update(lower, now, arrived, Carrier::Update) {
            Self::set_timer(lower, arrived.dialog, timer);
            refused.respond(lower, now, arrived);
        }
    }

    /// One that it stands in (rfc3311#5.2, rfc3262#5). An error is its refusal.
    pub(super) fn take_update(
        &mut self,
        lower: &mut Lower<'_>,
        now: Instant,
        arrived: &Arrived<'_, '_>,
        carrier: Carrier,
    ) -> Result<(), Refused> {
        let Arrived { flow, request, dialog, mandatory, .. } = *arrived;
        let plain = Refused::plain;
        let call_handle = lower.dialogs.call_of(dialog);
        let Some(call) = self.get(call_handle) else { return Err(plain(481)) };
        let up = call.state == CallState::Connected;
        let offer = check_body(request).map_err(plain)?;
        let target = check_target(request).map_err(plain)?.unwrap_or_default();
        if !lower.dialogs.has_room_for(dialog, target) {
            lower.cx.too_long();
            return Err(plain(513));
        }
        // before the answer it is the INVITE's response that settles a timer
        if up && carrier == Carrier::Update {
            let number = mandatory.cseq.number;
            Self::timer_hears(lower, dialog, request, number).map_err(|least| Refused { least, ..plain(422) })?;
        }
        let session = lower.dialogs.session(dialog);
        let local = match offer {
            None => None,
            Some(_) => {
                if let Some((status, retry_after)) = Self::too_early(lower, dialog, &session, carrier) {
                    return Err(Refused { retry_after, ..plain(status) });
                }
                let media = lower.media.description(&lower.cx, call_handle, session.edition(), Purpose::Answer);
                let Some((local, _)) = media.filter(|_| lower.media.agreed(call_handle).is_some()) else {
                    let (status, retry_after) = later(lower);
                    return Err(Refused { retry_after, ..plain(status) });
                };
                Some(local)
            }
        };
        let written = Self::write_updated(lower, arrived, offer.zip(local), Some(&session));
        // rfc3262#5 has no such response for a PRACK, which acknowledges too
        #[cfg(feature = "sdp-hosts")]
        let written = match (written, offer.zip(local)) {
            (Err(OfferError::HostName), Some((text, local))) if carrier == Carrier::Update => {
                match self.find_updater(lower, now, dialog, text, &local) {
                    Ok(ip) => {
                        let local = Local { found: Some(ip), ..local };
                        Self::write_updated(lower, arrived, Some((text, local)), Some(&session))
                    }
                    Err(Unfound::Sought) => return Err(Refused { retry_after: SOUGHT_S, ..plain(500) }),
                    Err(Unfound::Missed) => Err(OfferError::HostName),
                }
            }
            (written, _) => written,
        };
        let Some(written) = written.map_err(refused)? else {
            return Ok(());
        };
        if !written.fits {
            return Err(plain(513));
        }
        lower.transactions.bury(now, arrived, written.described.is_some());
        // rfc3261#12.2.2: only a request that is not refused changes anything
        let served = Served { call: call_handle, dialog, kind: Kind::Reinvite };
        let changed = renew(&lower.accounts, &mut lower.dialogs, &mut lower.media, served, flow, request);
        self.identified(lower, now, dialog, changed);
        self.keep(&lower.cx, call_handle, request);
        if up && carrier == Carrier::Update {
            self.session_accepted(lower, now, call_handle);
        }
        #[cfg(feature = "reliable")]
        if !up {
            self.hear_authorization(lower, now, dialog, flow, request);
        }
        let (Some((edition, agreed)), Some(local)) = (written.described, local) else { return Ok(()) };
        if let Some(session) = lower.dialogs.session_mut(dialog) {
            session.describe(edition);
            session.answer_update(Answered {
                number: mandatory.cseq.number,
                version: edition.version,
                direction: local.direction,
                codecs: lower.media.codecs(call_handle).number(),
            });
        }
        let text = offer.unwrap_or_default();
        lower.media.learn_parameters(&mut lower.cx, dialog, text, Some(&agreed), None);
        self.agree(lower, call_handle, dialog, Some((agreed, Purpose::Answer)));
        self.run_media(lower, now, call_handle, up);
        Ok(())
    }

    /// The refusal of an offer that another one is in the way of, and its Retry-After.
    fn too_early(lower: &mut Lower<'_>, dialog: Handle, session: &Session, carrier: Carrier) -> Option<(u16, u8)> {
        // an answer whose host is looked up is not taken yet
        let sought = lower.dialogs.get(dialog).is_some_and(Leg::looks_up);
        match session.refusal(carrier) {
            Some(Refusal::Later) => Some(later(lower)),
            Some(Refusal::Pending) => Some((491, 0)),
            None => sought.then_some((491, 0)),
        }
    }

    /// A repetition of an UPDATE or a PRACK: it gets the response that it got before.
    pub(in crate::phone) fn updated_again(
        &mut self,
        lower: &mut Lower<'_>,
        arrived: &Arrived<'_, '_>,
        responded: Responded,
    ) {
        let Arrived { flow, request, dialog, mandatory, .. } = *arrived;
        let session = lower.dialogs.session(dialog);
        let call = lower.dialogs.call_of(dialog);
        let offer = check_body(request).ok().flatten();
        let mut extra = Extra::again(responded);
        if responded.status == 200 {
            let answered = session.answered(mandatory.cseq.number).filter(|_| extra.described);
            let local = answered
                .and_then(|answered| lower.media.description_again(&lower.cx, call, session.edition(), answered))
                .map(|local| Self::with_host(lower, dialog, offer, local));
            // an answer that is not known any more is older than the last, which its sender has got
            if !extra.described || local.is_some() {
                let _ = Self::write_updated(lower, arrived, offer.zip(local), None);
            }
            return;
        }
        if matches!(responded.status, 400 | 488)
            && let Some((local, _)) = lower.media.description(&lower.cx, call, session.edition(), Purpose::Answer)
            && let Some(offer) = offer
            && let local = Self::with_host(lower, dialog, Some(offer), local)
            && let Err(error) = answer(offer, &local, &mut crate::base::cursor::Cursor::new(&mut []))
        {
            extra.warning = Some((error.warning(), error.reason()));
        }
        respond_at_once(lower, flow, request, responded.status, extra);
    }

    /// Writes the 200 of an UPDATE or a PRACK, with the answer to its offer. `session`: the answer's edition grows with
    /// a change; without it, it is the one that `local` has. `None`: the request will be given again.
    fn write_updated(
        lower: &mut Lower<'_>,
        arrived: &Arrived<'_, '_>,
        offer: Option<(&[u8], Local)>,
        session: Option<&Session>,
    ) -> Result<Option<Written>, OfferError> {
        let Arrived { flow, request, dialog, mandatory, .. } = *arrived;
        let (account, side) = (lower.dialogs.account_of(dialog), lower.dialogs.our_side(dialog));
        let user = contact_user(lower.accounts.call_user(account), lower.cx.fixed.direct_user.get(), side);
        // rfc3262#6: a PRACK refreshes no target
        let prack = matches!(request.start(), Start::Request { method: Method::Prack, .. });
        let timer = lower.dialogs.update_lines(dialog, mandatory.cseq.number);
        let extra = Extra {
            contact: Some(user).filter(|_| !prack),
            timer,
            #[cfg(all(feature = "info", feature = "message"))]
            packages: lower.dialogs.packages_for(dialog, request),
            ..Extra::default()
        };
        let Some(mut out) = lower.transactions.lend_reply(&lower.cx, flow, request, 200, extra) else {
            return Ok(None);
        };
        let mut described = None;
        match offer {
            None => Writer::new(&mut out).end(),
            Some((offer, local)) => {
                Writer::new(&mut out).header_bytes(Name::ContentType, b"application/sdp");
                let at = write_length_place(&mut out);
                let begin = out.needed();
                let agreed = answer(offer, &local, &mut out)?;
                let len = out.needed() - begin;
                patch_length(&mut out, at, len);
                described = session.map(|session| (set_edition(session, &mut out, begin), agreed));
            }
        }
        let needed = out.finish();
        let fits = lower.transactions.written_reply(&mut lower.cx, flow, request, needed);
        Ok(Some(Written { described, fits }))
    }
}

/// rfc3311#5.2: the refusal of a description, with its reason.
fn refused(error: OfferError) -> Refused {
    Refused { warning: Some((error.warning(), error.reason())), ..Refused::plain(error.status()) }
}
