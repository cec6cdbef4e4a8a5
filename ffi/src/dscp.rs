//! Differentiated services: the class of each packet.

/// CS3, as telephones commonly mark their signalling; RFC 4594 §4.2 has CS5, which can be chosen.
pub(crate) const SIP: u8 = 24;
/// EF, for telephony (RFC 4594 §4.1). RTCP goes with its RTP, so that the round trip it measures is the voice's.
pub(crate) const MEDIA: u8 = 46;
