//! RTCP compound packets (RFC 3550 §6): read by an iterator, written into a cursor.

use crate::base::cursor::Cursor;

#[cfg(test)]
mod tests;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const DESCRIPTION: u8 = 202;
const BYE: u8 = 203;

/// A sender's report about its packets.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct SenderInfo {
    /// The time, as an NTP time stamp; only the middle 32 bits come back.
    pub ntp: u64,
    /// The same moment in the RTP clock.
    pub rtp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Bytes of payload sent.
    pub bytes: u32,
}

/// A receiver's report about one source.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Report {
    /// The source that it is about.
    pub ssrc: u32,
    /// Lost since the last report, in 256ths.
    pub fraction_lost: u8,
    /// Lost since the beginning; signed, 24 bits.
    pub lost: i32,
    /// Highest sequence number, cycles above.
    pub highest_sequence: u32,
    /// Interarrival jitter in the RTP clock.
    pub jitter: u32,
    /// Middle 32 bits of the last sender report's NTP time; 0 if none came.
    pub last_report: u32,
    /// Time since that report came, in 65536ths of a second.
    pub delay: u32,
}

/// One packet of a compound.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Packet<'a> {
    /// SR.
    SenderReport {
        /// Its sender's number.
        ssrc: u32,
        /// The report on its own packets.
        sender: SenderInfo,
        /// The reports on the packets that it received.
        reports: Reports<'a>,
    },
    /// RR.
    ReceiverReport {
        /// Its sender's number.
        ssrc: u32,
        /// The reports on the packets that it received.
        reports: Reports<'a>,
    },
    /// The first CNAME of an SDES.
    Name {
        /// The source that has this name.
        ssrc: u32,
        /// The canonical name, in UTF-8 if the sender keeps the rules.
        cname: &'a [u8],
    },
    /// BYE.
    Bye {
        /// The sources that leave, four bytes each.
        sources: Sources<'a>,
    },
}

/// The sources of a BYE.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Sources<'a>(&'a [u8]);

impl Sources<'_> {
    /// The source leaves.
    #[must_use]
    pub fn contains(&self, ssrc: u32) -> bool {
        self.0.chunks_exact(4).any(|four| four == ssrc.to_be_bytes())
    }
}

/// The report blocks of an SR or RR.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Reports<'a>(&'a [u8]);

impl Iterator for Reports<'_> {
    type Item = Report;
    fn next(&mut self) -> Option<Report> {
        let (block, rest) = self.0.split_first_chunk::<24>()?;
        self.0 = rest;
        let mut words = Words(block);
        let ssrc = words.next()?;
        let [fraction_lost, high, middle, low] = words.next()?.to_be_bytes();
        // rfc3550#6.4.1: 24 bits with a sign
        let lost = i32::from_be_bytes([high, middle, low, 0]) >> 8;
        Some(Report {
            ssrc,
            fraction_lost,
            lost,
            highest_sequence: words.next()?,
            jitter: words.next()?,
            last_report: words.next()?,
            delay: words.next()?,
        })
    }
}

/// Big-endian words of a slice.
struct Words<'a>(&'a [u8]);

impl Iterator for Words<'_> {
    type Item = u32;
    fn next(&mut self) -> Option<u32> {
        let (four, rest) = self.0.split_first_chunk::<4>()?;
        self.0 = rest;
        Some(u32::from_be_bytes(*four))
    }
}

/// The packets of a compound, in order; unknown ones are skipped.
#[derive(Clone, Copy, Debug)]
pub struct Compound<'a>(&'a [u8]);

impl<'a> Compound<'a> {
    /// Checks a datagram; `None` when it is not a well-formed compound packet.
    #[must_use]
    pub fn parse(datagram: &'a [u8]) -> Option<Self> {
        let [first, kind, ..] = *datagram else { return None };
        // rfc3550#A.2: the first is an unpadded SR or RR, and the lengths add up
        if first & 0xe0 != 0x80 || !matches!(kind, SENDER_REPORT | RECEIVER_REPORT) {
            return None;
        }
        let mut rest = datagram;
        while !rest.is_empty() {
            let (header, _) = rest.split_first_chunk::<4>()?;
            let [first, _, high, low] = *header;
            if first >> 6 != 2 {
                return None;
            }
            rest = rest.get((usize::from(u16::from_be_bytes([high, low])) + 1) * 4..)?;
            // rfc3550#6.4.1: only the last may be padded
            if first & 0x20 != 0 && !rest.is_empty() {
                return None;
            }
        }
        Some(Self(datagram))
    }
}

impl<'a> Iterator for Compound<'a> {
    type Item = Packet<'a>;
    fn next(&mut self) -> Option<Packet<'a>> {
        loop {
            let (header, _) = self.0.split_first_chunk::<4>()?;
            let [first, kind, high, low] = *header;
            let length = (usize::from(u16::from_be_bytes([high, low])) + 1) * 4;
            let packet = self.0.get(4..length)?;
            self.0 = self.0.get(length..)?;
            if let Some(packet) = one(kind, usize::from(first & 31), packet) {
                return Some(packet);
            }
        }
    }
}

fn one(kind: u8, count: usize, body: &[u8]) -> Option<Packet<'_>> {
    match kind {
        SENDER_REPORT => {
            let mut words = Words(body);
            let ssrc = words.next()?;
            let ntp = (u64::from(words.next()?) << 32) | u64::from(words.next()?);
            let sender = SenderInfo { ntp, rtp: words.next()?, packets: words.next()?, bytes: words.next()? };
            Some(Packet::SenderReport { ssrc, sender, reports: Reports(body.get(24..24 + count * 24)?) })
        }
        RECEIVER_REPORT => {
            let ssrc = Words(body).next()?;
            Some(Packet::ReceiverReport { ssrc, reports: Reports(body.get(4..4 + count * 24)?) })
        }
        DESCRIPTION if count > 0 => {
            let (four, mut items) = body.split_first_chunk::<4>()?;
            let ssrc = u32::from_be_bytes(*four);
            // rfc3550#6.5: items until a zero byte; one chunk is read, a telephone needs its CNAME only
            while let [kind @ 1..=255, length, behind @ ..] = items {
                let (text, rest) = behind.split_at_checked(usize::from(*length))?;
                if *kind == 1 {
                    return Some(Packet::Name { ssrc, cname: text });
                }
                items = rest;
            }
            None
        }
        BYE => Some(Packet::Bye { sources: Sources(body.get(..count * 4)?) }),
        _ => None,
    }
}

/// Writes an SR (with `sender`) or an RR, with at most one report.
pub fn write_report(to: &mut Cursor<'_>, ssrc: u32, sender: Option<&SenderInfo>, report: Option<&Report>) {
    let words: u16 = 1 + if sender.is_some() { 5 } else { 0 } + if report.is_some() { 6 } else { 0 };
    let kind = if sender.is_some() { SENDER_REPORT } else { RECEIVER_REPORT };
    header(to, u8::from(report.is_some()), kind, words);
    word(to, ssrc);
    if let Some(sender) = sender {
        to.put(&sender.ntp.to_be_bytes());
        word(to, sender.rtp);
        word(to, sender.packets);
        word(to, sender.bytes);
    }
    if let Some(report) = report {
        word(to, report.ssrc);
        // rfc3550#A.3: the count of lost packets is clamped to 24 bits with a sign
        let [_, high, middle, low] = report.lost.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
        to.put(&[report.fraction_lost, high, middle, low]);
        word(to, report.highest_sequence);
        word(to, report.jitter);
        word(to, report.last_report);
        word(to, report.delay);
    }
}

/// Writes an SDES with a CNAME of at most 255 bytes; a longer one is cut.
pub fn write_name(to: &mut Cursor<'_>, ssrc: u32, cname: &[u8]) {
    let cname = cname.get(..255).unwrap_or(cname);
    // rfc3550#6.5: the items end with at least one zero byte, up to a word
    let padding = 4 - (2 + cname.len()) % 4;
    let words = 1 + (2 + cname.len() + padding) / 4;
    header(to, 1, DESCRIPTION, words as u16);
    word(to, ssrc);
    to.put(&[1, cname.len() as u8]);
    to.put(cname);
    to.put([0u8; 4].get(..padding).unwrap_or_default());
}

/// Writes a BYE for one source.
pub fn write_bye(to: &mut Cursor<'_>, ssrc: u32) {
    header(to, 1, BYE, 1);
    word(to, ssrc);
}

fn header(to: &mut Cursor<'_>, count: u8, kind: u8, words: u16) {
    let [high, low] = words.to_be_bytes();
    to.put(&[0x80 | count, kind, high, low]);
}

fn word(to: &mut Cursor<'_>, word: u32) {
    to.put(&word.to_be_bytes());
}
