//! Every number that limits something: its reason, and what it costs.
//!
//! Capacities of pools are chosen at run time on a host (`phone::Capacity`); here stand the numbers that are part of the code.

/// Headers that one message may carry; more is 400. RFC 4475's largest valid message has 30. 8 bytes each on the stack.
pub const HEADERS: usize = 64;

/// Media for an address that has confirmed nothing, in milliseconds: enough to open a NAT, too little to hurt a victim.
pub const UNCONFIRMED_MEDIA_MS: u32 = 400;

/// Digits that may wait to be sent: a card number with its pauses. 2 bytes each in a stream.
pub const DIGITS: usize = 32;

/// Digits received that wait to be fetched; the oldest is dropped. 4 bytes each in a stream.
pub const DIGITS_RECEIVED: usize = 8;

/// Payload types that a stream takes in beside telephone-event: what an answer of ours can list. 2 bytes each in a stream.
pub const RECEIVE_TYPES: usize = 4;

/// Payload of one outgoing packet: 60 ms of G.711. In each stream.
pub const PAYLOAD: usize = 480;

/// Samples of a 10 ms quantum at the highest rate.
pub const QUANTUM: usize = 480;

/// Samples that concealment remembers: three periods of the lowest pitch (66 Hz at 8 kHz) and a quarter. 2 bytes each in a stream.
pub const HISTORY: usize = 390;

/// What the jitter ring keeps beside a packet's payload, in each of its cells.
pub const RING_HEADER: usize = 12;

/// Media lines that one session description may have; more is 488. A phone's offer has audio, video, fax, perhaps text. 1 byte each a call.
pub const SDP_MEDIA: usize = 8;

/// Formats of one media line that are looked at; those behind them are passed over. Browsers list about 20. No memory, only time.
pub const SDP_FORMATS: usize = 32;

/// Lines that one session description may have; more is 488. A browser's audio and video with candidates has about 150. No memory, only time.
pub const SDP_LINES: usize = 512;

/// Codecs in an offer or an answer. 2 bytes each a call.
pub const SDP_CODECS: usize = 4;

/// Bytes of one SIP message: what a UDP datagram can carry, and what the header index's u16 offsets reach. Costs nothing by itself.
pub const MESSAGE: usize = 65_535;

/// Parameters or headers of a URI that a comparison looks at: 32² steps at most. No real URI has more than a dozen.
pub const URI_PARTS_COMPARED: usize = 32;
