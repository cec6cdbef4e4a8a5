//! Parameters of formats, as far ends have told them: kept by dialog, as agreements are, and told to the bank of codecs
//! before it hears of a line's packets.
//!
//! A block holds, for each codec with parameters, its number, their length and themselves. While no codec of the table
//! has any, all of this is nothing.

use super::Media;
use crate::base::blocks::Blocks;
use crate::base::count;
use crate::base::slots::Handle;
use crate::media::{Codec, CodecBank, Parameters};
use crate::offer::{Agreed, Local, parameters_of};
use crate::phone::capacity::Capacity;
use crate::phone::context::Context;
use crate::phone::lender::Lender;

impl Media<'_> {
    /// The parameters in a description of a dialog's far end, on which both have agreed. `offered`: it is the answer to
    /// this. Of a format whose parameters find no room none are kept; that is counted.
    pub(in crate::phone) fn learn_parameters(
        &mut self,
        cx: &mut Context<'_>,
        dialog: Handle,
        description: &[u8],
        agreed: Option<&Agreed>,
        offered: Option<&Local>,
    ) {
        let Some(agreed) = agreed.filter(|agreed| Codec::HAVE_PARAMETERS && agreed.accepted()) else { return };
        let mut rest = self.parameters.get_mut(dialog.index);
        rest.fill(0);
        parameters_of(description, agreed, offered, |codec, text| {
            let room = core::mem::take(&mut rest);
            let (Ok(len), Some((entry, behind))) =
                (u8::try_from(text.len()), room.split_at_mut_checked(HEAD + text.len()))
            else {
                return count::up(&mut cx.counters.oversize);
            };
            if let Some((head, kept)) = entry.split_at_mut_checked(HEAD) {
                head.copy_from_slice(&[number(codec), len]);
                kept.copy_from_slice(text);
            }
            rest = behind;
        });
    }

    /// Gives the bank the parameters of a line's formats before its next packets, if it does not have them yet.
    pub(super) fn tell_parameters(&mut self, index: u32, codecs: &mut dyn CodecBank) {
        let Some(line) = self.lines.get_mut(index as usize).filter(|line| line.formats_new) else { return };
        line.formats_new = false;
        let (call, heard) = (line.handle(index), line.heard);
        let Some(agreed) = self.agreed(call) else { return };
        let block = self.parameters.get(heard.index);
        // a codec may stand under several payload types
        for codec in Codec::ALL.iter().copied().filter(|codec| agreed.receive_types.has(*codec)) {
            let ours = codec.fmtp().unwrap_or_default().as_bytes();
            codecs.configure(index, codec, Parameters { ours, theirs: kept(block, codec) });
        }
    }
}

/// Blocks of so many bytes, one a dialog; none, while no codec has parameters.
pub(super) fn lent<'a>(capacity: &Capacity, lender: &mut impl Lender<'a>) -> Blocks<'a> {
    let (count, stride) = (capacity.dialogs as usize, capacity.parameters as usize);
    let bytes = if Codec::HAVE_PARAMETERS { lender.zeroed(count * stride) } else { &mut [] };
    Blocks::new(bytes, stride)
}

/// The number of a codec and the length of its parameters.
const HEAD: usize = 2;

/// 0 ends a block.
const fn number(codec: Codec) -> u8 {
    codec as u8 + 1
}

/// The parameters of a codec in a block.
fn kept(block: &[u8], codec: Codec) -> &[u8] {
    let mut rest = block;
    while let [found, len, behind @ ..] = rest {
        let Some((text, others)) = behind.split_at_checked(usize::from(*len)).filter(|_| *found > 0) else { break };
        if *found == number(codec) {
            return text;
        }
        rest = others;
    }
    &[]
}

#[cfg(all(test, feature = "resample", feature = "sdp-hosts"))] // at 48 kHz, and one names a host
mod tests;
