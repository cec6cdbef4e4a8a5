//! A line's media ports: wished for, open, closed.

use super::Media;
use crate::base::slots::Handle;
use crate::phone::context::Context;
use crate::phone::object::Object;
use core::net::IpAddr;

/// The media ports of a line.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Ports {
    #[default]
    Closed,
    /// The wish is out, or waits to be polled.
    Wished(IpAddr),
    Open {
        local: IpAddr,
        rtp: u16,
        rtcp: u16,
    },
}

/// The step that waits for the media ports, and for the host that an offer names ("Preparing").
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(in crate::phone) enum Waiting {
    #[default]
    Nothing,
    /// The INVITE with our offer.
    Offer,
    /// An answer with this status to the INVITE.
    Answer(u16),
}

/// Open ports that a line has left for the one that comes into its slot.
#[cfg(feature = "refer")]
#[derive(Clone, Copy, Debug)]
pub(in crate::phone) struct LeftPorts {
    ports: Ports,
    /// The driver's name of them.
    name: Handle,
}

/// The driver could not open ports.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[must_use]
pub(in crate::phone) enum NoPorts {
    /// No call needs them any more.
    Unwanted,
    /// Their address is gone: this goes on, and wishes for others.
    Moved(Waiting),
    /// There are none.
    Failed,
}

impl Media<'_> {
    /// A line's media ports are open. If not, they are wished for at this address, and `waiting` goes on when they are.
    pub(in crate::phone) fn ports_ready(
        &mut self,
        cx: &mut Context<'_>,
        call: Handle,
        local: Option<IpAddr>,
        waiting: Waiting,
    ) -> bool {
        let Some(line) = self.line_mut(call) else { return false };
        match (line.ports, local) {
            (Ports::Open { .. }, _) => true,
            (Ports::Wished(_), _) => {
                self.wait(call, waiting);
                false
            }
            (Ports::Closed, Some(local)) => {
                line.waiting = waiting;
                self.wish_ports(cx, call, local);
                false
            }
            (Ports::Closed, None) => false,
        }
    }

    /// Ports are wished for, for any later step.
    pub(in crate::phone) fn wish_ports(&mut self, cx: &mut Context<'_>, call: Handle, local: IpAddr) {
        let Some(line) = self.line_mut(call) else { return };
        line.ports = Ports::Wished(local);
        cx.wish(Object::Call(call.index));
    }

    /// This step goes on when the media ports are open, and the host that an offer names is found.
    pub(in crate::phone) fn wait(&mut self, call: Handle, waiting: Waiting) {
        // a 200 that waits is not taken back by a 183
        if let Some(line) = self.line_mut(call).filter(|line| line.waiting != Waiting::Answer(200)) {
            line.waiting = waiting;
        }
    }

    /// Nothing waits any more; the waiting step is returned.
    pub(in crate::phone) fn take_waiting(&mut self, call: Handle) -> Waiting {
        self.line_mut(call).map_or(Waiting::Nothing, |line| core::mem::take(&mut line.waiting))
    }

    /// The wish of a line for ports that was not polled yet. One at a time for each slot: the reply to the wish
    /// before brings this one back.
    pub(in crate::phone) fn open_wish(&mut self, index: u32) -> Option<(Handle, IpAddr)> {
        let line = self.line_at(index)?;
        let (handle, Ports::Wished(local)) = (line.handle(index), line.ports) else { return None };
        let opening = self.opening_ports.get_mut(index as usize).filter(|opening| **opening == 0)?;
        *opening = handle.generation;
        Some((handle, local))
    }

    /// The ports that the driver is to close, if this slot has such.
    pub(in crate::phone) fn close_wish(&mut self, index: u32) -> Option<Handle> {
        let generation = core::mem::take(self.closing_ports.get_mut(index as usize)?);
        (generation > 0).then_some(Handle { index, generation })
    }

    /// The driver has replied to a wish for ports. False: it has done so before.
    pub(in crate::phone) fn take_reply(&mut self, call: Handle) -> bool {
        let opening = self.opening_ports.get_mut(call.index as usize);
        opening.filter(|opening| **opening == call.generation).map(core::mem::take).is_some()
    }

    /// The driver has opened ports. If the call is gone they go too; if their address is gone they are left at once,
    /// and the waiting step wishes for others.
    pub(in crate::phone) fn opened(&mut self, cx: &mut Context<'_>, call: Handle, rtp: u16, rtcp: u16) -> Waiting {
        let wished = self.line_mut(call).and_then(|line| match line.ports {
            Ports::Wished(local) => Some((line, local)),
            _ => None,
        });
        let Some((line, local)) = wished else {
            self.wish_closed(cx, call);
            return Waiting::Nothing;
        };
        line.ports = Ports::Open { local, rtp, rtcp };
        let waiting = core::mem::take(&mut line.waiting);
        if !cx.has_address(local) {
            self.close_ports(cx, call);
        }
        waiting
    }

    /// The driver has no ports for a line.
    pub(in crate::phone) fn failed(&mut self, cx: &Context<'_>, call: Handle) -> NoPorts {
        // one that has ended meanwhile wants none
        let Some(line) = self.line_mut(call) else { return NoPorts::Unwanted };
        let Ports::Wished(local) = line.ports else { return NoPorts::Unwanted };
        line.ports = Ports::Closed;
        let waiting = core::mem::take(&mut line.waiting);
        if cx.has_address(local) { NoPorts::Failed } else { NoPorts::Moved(waiting) }
    }

    /// Ports at another address than this are closed: they were left because theirs is gone.
    pub(in crate::phone) fn leave_ports(&mut self, cx: &mut Context<'_>, call: Handle, way: Option<IpAddr>) {
        if self.line(call).is_some_and(|line| matches!(line.ports, Ports::Open { local, .. } if Some(local) != way)) {
            self.close_ports(cx, call);
        }
    }

    /// A line has no ports any more; the driver closes those that are open.
    pub(in crate::phone) fn close_ports(&mut self, cx: &mut Context<'_>, call: Handle) {
        let Some(line) = self.line_mut(call) else { return };
        let name = line.ports_name(call.index);
        if let Ports::Open { .. } = core::mem::take(&mut line.ports) {
            #[cfg(feature = "refer")]
            (line.ports_of = 0);
            self.wish_closed(cx, name);
        }
    }

    /// The call whose line has the ports of this name.
    pub(in crate::phone) fn call_of_ports(&self, name: Handle) -> Handle {
        #[cfg(feature = "refer")]
        if let Some(line) = self.line_at(name.index).filter(|line| line.ports_name(name.index) == name) {
            return line.handle(name.index);
        }
        name
    }

    /// The open ports of a line at this address, for the call that takes its place: from now on it has none.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn leave_behind(&mut self, call: Handle, at: IpAddr) -> Option<LeftPorts> {
        let line = self.line_mut(call).filter(|line| matches!(line.ports, Ports::Open { local, .. } if local == at))?;
        let name = line.ports_name(call.index);
        line.ports_of = 0;
        Some(LeftPorts { ports: core::mem::take(&mut line.ports), name })
    }

    /// A line takes over the ports that another one has left behind.
    #[cfg(feature = "refer")]
    pub(in crate::phone) fn take_over(&mut self, cx: &mut Context<'_>, call: Handle, left: LeftPorts) {
        let LeftPorts { ports, name } = left;
        match self.line_mut(call).filter(|_| call.index == name.index) {
            Some(line) => (line.ports, line.ports_of) = (ports, name.generation),
            None => self.wish_closed(cx, name), // it wishes for its own
        }
    }

    fn wish_closed(&mut self, cx: &mut Context<'_>, call: Handle) {
        if let Some(closing) = self.closing_ports.get_mut(call.index as usize) {
            *closing = call.generation;
        }
        cx.wish(Object::Stream(call.index));
    }
}
