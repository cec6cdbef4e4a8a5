//! Hosts and networks that an account trusts: a request from there outside a dialog is the account's, as one from its
//! registrar is. A provider rings from other addresses than those that its registrar's name stands for.
//!
//! The list is read in place, for each request of an unknown source; only the addresses of its names are kept.
//! They are looked up when the account is added, when the host's addresses change, and every ten minutes, as an
//! account's own way is. A look-up that fails changes nothing. Trust opens the way in, and nothing else: credentials do
//! not go there.

use super::Accounts;
use crate::base::limits::{HOP_S, RETRY_FIRST, TRUSTED};
use crate::base::slots::Handle;
use crate::base::time::{Duration, Instant};
use crate::base::zeroed::zeroed;
use crate::phone::context::Context;
use crate::phone::object::Object;
use crate::phone::{Target, Wish, WishId};
use crate::wire::ip;
use crate::wire::sip::Host;
use core::net::IpAddr;

/// An address that a trusted name stands for.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Trusted {
    /// IPv4 as it is mapped into IPv6.
    ip: [u8; 16],
    /// The number of the account's name, from 1; 0: a free cell.
    name: u8,
}

zeroed!(Trusted);

/// [`super::account::Account::trusted_name`]: the look-up under way is for a list that was replaced.
const REPLACED: u8 = u8::MAX;

/// An entry of the list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Entry<'t> {
    Network { ip: IpAddr, bits: u8 },
    Name(&'t [u8]),
}

/// The entries of a list; `None` for a malformed one.
fn entries(list: &[u8]) -> impl Iterator<Item = Option<Entry<'_>>> {
    list.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|text| !text.is_empty()).map(entry)
}

fn entry(text: &[u8]) -> Option<Entry<'_>> {
    let (address, bits) = match text.iter().position(|byte| *byte == b'/').and_then(|at| text.split_at_checked(at)) {
        Some((address, bits)) => (address, Some(bits.get(1..)?)),
        None => (text, None),
    };
    let address = if let [b'[', address @ ..] = address { address } else { address };
    let parsed = ip(if let [address @ .., b']'] = address { address } else { address });
    match (parsed.map(|ip| ip.to_canonical()), bits) {
        (Some(ip), None) => Some(Entry::Network { ip, bits: if ip.is_ipv4() { 32 } else { 128 } }),
        (Some(ip), Some(bits)) => {
            let bits = small_number(bits)?;
            (bits <= if ip.is_ipv4() { 32 } else { 128 }).then_some(Entry::Network { ip, bits })
        }
        (None, None) if Host::parse(text).is_some_and(|host| host.ip().is_none()) => Some(Entry::Name(text)),
        (None, _) => None,
    }
}

/// At most three digits, at most 255.
fn small_number(text: &[u8]) -> Option<u8> {
    if !matches!(text.len(), 1..=3) {
        return None;
    }
    let mut digits = text.iter().map(|byte| (*byte as char).to_digit(10));
    let number = digits.try_fold(0u32, |number, digit| Some(number * 10 + digit?))?;
    u8::try_from(number).ok()
}

fn names_of(list: &[u8]) -> impl Iterator<Item = &[u8]> {
    entries(list).filter_map(|entry| match entry {
        Some(Entry::Name(name)) => Some(name),
        _ => None,
    })
}

/// The number of names in a list; `None` when it is no list of hosts and networks, or too long.
pub(super) fn names(list: &[u8]) -> Option<usize> {
    let good = entries(list).all(|entry| entry.is_some()) && entries(list).count() <= TRUSTED;
    good.then(|| names_of(list).count())
}

fn is_in(ip: IpAddr, network: IpAddr, bits: u8) -> bool {
    match (ip, network) {
        (IpAddr::V4(ip), IpAddr::V4(network)) => {
            (u32::from(ip) ^ u32::from(network)).leading_zeros() >= u32::from(bits)
        }
        (IpAddr::V6(ip), IpAddr::V6(network)) => {
            (u128::from(ip) ^ u128::from(network)).leading_zeros() >= u32::from(bits)
        }
        _ => false,
    }
}

fn octets(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(four) => four.to_ipv6_mapped().octets(),
        IpAddr::V6(six) => six.octets(),
    }
}

impl Accounts<'_> {
    fn trusted_list(&self, account: Handle) -> &[u8] {
        self.slots.get(account).map_or(&[], |slot| slot.trusted.of(self.text.get(account.index)))
    }

    fn trusted_cells(&mut self, account: Handle) -> &mut [Trusted] {
        let start = account.index as usize * self.trusted_each;
        self.trusted.get_mut(start..start + self.trusted_each).unwrap_or_default()
    }

    /// An account lets requests in from there.
    pub(super) fn trusts(&self, account: Handle, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        let listed = entries(self.trusted_list(account)).any(|entry| match entry {
            Some(Entry::Network { ip: network, bits }) => is_in(ip, network, bits),
            _ => false,
        });
        let start = account.index as usize * self.trusted_each;
        let cells = self.trusted.get(start..start + self.trusted_each).unwrap_or_default();
        listed || cells.iter().any(|cell| cell.name > 0 && cell.ip == octets(ip))
    }

    /// A new account trusts no host yet.
    pub(super) fn forget_trusted(&mut self, account: Handle) {
        self.trusted_cells(account).fill(Trusted::default());
    }

    /// An account trusts others from now on. The reply to a look-up that is under way is waited for, and not taken for
    /// theirs.
    pub(super) fn trust_others(&mut self, cx: &mut Context<'_>, now: Instant, account: Handle) {
        self.forget_trusted(account);
        if let Some(slot) = self.slots.get_mut(account) {
            let asked = slot.trusted_name > 0 && !cx.wishes_for(Object::Account(account.index));
            slot.trusted_name = if asked { REPLACED } else { 0 };
        }
        self.look_up_trusted(cx, now, account);
    }

    /// Looks up the names that an account trusts, one after the other, unless that is under way.
    pub(in crate::phone) fn look_up_trusted(&mut self, cx: &mut Context<'_>, now: Instant, account: Handle) {
        let any = names_of(self.trusted_list(account)).next().is_some();
        let Some(slot) = self.slots.get_mut(account).filter(|slot| any && !slot.leaving) else { return };
        slot.trusted_at = now + Duration::from_secs(HOP_S);
        if slot.trusted_name == 0 {
            slot.trusted_name = 1;
            cx.wish(Object::Account(account.index));
        }
        self.wake(cx, account);
    }

    /// The name that an account wishes to be looked up.
    fn trusted_name(&self, account: Handle) -> Option<&[u8]> {
        let nth = self.slots.get(account)?.trusted_name.checked_sub(1)?;
        names_of(self.trusted_list(account)).nth(usize::from(nth))
    }

    /// The account wishes for the addresses of a trusted name.
    pub(in crate::phone) fn wishes(&self, account: Handle) -> bool {
        self.trusted_name(account).is_some()
    }

    /// The account's wish; the wish of one that has none cannot be fulfilled.
    pub(in crate::phone) fn wish(&self, id: WishId, account: Handle) -> Option<Wish<'_>> {
        let host = core::str::from_utf8(self.trusted_name(account)?).ok()?;
        // as the account's own: by SRV where there is some, else by address
        Some(Wish::Locate { id, host, port: None, transport: None, described: false })
    }

    /// The addresses of a trusted name; `None`: they could not be found out.
    pub(in crate::phone) fn trusted_found(
        &mut self,
        cx: &mut Context<'_>,
        now: Instant,
        account: Handle,
        found: Option<&[Target]>,
    ) {
        let Some(slot) = self.slots.get_mut(account) else { return };
        let name = slot.trusted_name;
        if name == 0 {
            return; // answered twice
        }
        if name == REPLACED {
            slot.trusted_name = 0;
            self.look_up_trusted(cx, now, account);
            return;
        }
        slot.trusted_name += 1;
        if found.is_none() {
            slot.trusted_at = slot.trusted_at.min(now + Duration::from_secs(RETRY_FIRST));
        }
        if let Some(found) = found {
            let cells = self.trusted_cells(account);
            cells.iter_mut().filter(|cell| cell.name == name).for_each(|cell| *cell = Trusted::default());
            // more of them than there are cells are not trusted
            for (cell, target) in cells.iter_mut().filter(|cell| cell.name == 0).zip(found) {
                *cell = Trusted { ip: octets(target.flow.remote().ip().to_canonical()), name };
            }
        }
        if self.wishes(account) {
            cx.wish(Object::Account(account.index));
        } else if let Some(slot) = self.slots.get_mut(account) {
            slot.trusted_name = 0;
        }
        self.wake(cx, account);
    }
}

#[cfg(test)]
mod tests;
