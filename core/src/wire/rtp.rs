//! RTP packets (RFC 3550 §5.1).

#[cfg(test)]
mod tests;

/// Length of a header without contributing sources and extension, as [`write_header`] writes it.
pub const HEADER_LEN: usize = 12;

/// A received packet; the payload is a slice of the datagram.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Packet<'a> {
    /// The payload's type, as the answer's `a=rtpmap` maps it.
    pub payload_type: u8,
    /// Start of a talk spurt, or of an event.
    pub marker: bool,
    /// Rises by one a packet, and wraps.
    pub sequence: u16,
    /// The time of the first sample, in the codec's clock.
    pub timestamp: u32,
    /// The sender's number.
    pub ssrc: u32,
    /// Without header, contributing sources, extension and padding.
    pub payload: &'a [u8],
}

impl<'a> Packet<'a> {
    /// Reads a datagram; `None` when it is not a well-formed RTP packet.
    #[must_use]
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let (fixed, mut rest) = datagram.split_first_chunk::<HEADER_LEN>()?;
        let [first, second, s0, s1, t0, t1, t2, t3, i0, i1, i2, i3] = *fixed;
        // rfc3550#A.1: version 2, and a type that is not an RTCP packet's (200 to 223 read as 72 to 95, RFC 5761 §4)
        if first >> 6 != 2 || (192..=223).contains(&second) {
            return None;
        }
        // rfc3550#5.1: four bytes a contributing source
        rest = rest.get(usize::from(first & 15) * 4..)?;
        if first & 0x10 != 0 {
            // rfc3550#5.3.1: the extension's length counts words and not its own header
            let (header, behind) = rest.split_first_chunk::<4>()?;
            let [_, _, high, low] = *header;
            rest = behind.get(usize::from(u16::from_be_bytes([high, low])) * 4..)?;
        }
        if first & 0x20 != 0 {
            // rfc3550#5.1: the last byte counts the padding, itself included
            let padding = usize::from(*rest.last()?);
            if padding == 0 {
                return None;
            }
            rest = rest.get(..rest.len().checked_sub(padding)?)?;
        }
        Some(Self {
            payload_type: second & 0x7f,
            marker: second & 0x80 != 0,
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
            ssrc: u32::from_be_bytes([i0, i1, i2, i3]),
            payload: rest,
        })
    }
}

/// Writes a header without contributing sources or extension; the payload follows at [`HEADER_LEN`].
///
/// `None`, and nothing written, when the buffer is shorter than the header.
pub fn write_header(
    buffer: &mut [u8],
    payload_type: u8,
    marker: bool,
    sequence: u16,
    timestamp: u32,
    ssrc: u32,
) -> Option<usize> {
    let room = buffer.first_chunk_mut::<HEADER_LEN>()?;
    let [s0, s1] = sequence.to_be_bytes();
    let [t0, t1, t2, t3] = timestamp.to_be_bytes();
    let [i0, i1, i2, i3] = ssrc.to_be_bytes();
    *room = [0x80, (payload_type & 0x7f) | (u8::from(marker) << 7), s0, s1, t0, t1, t2, t3, i0, i1, i2, i3];
    Some(HEADER_LEN)
}

/// Tells RTCP from RTP on one port (RFC 5761 §4): true for an RTCP packet type in the second byte.
#[must_use]
pub fn is_rtcp(datagram: &[u8]) -> bool {
    matches!(datagram, [first, kind, ..] if first >> 6 == 2 && (192..=223).contains(kind))
}
