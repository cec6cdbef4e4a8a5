//! Methods.

macro_rules! methods {
    ($($variant:ident = $text:literal,)*) => {
        /// A request's method; compared with regard to case (rfc3261#7.1).
        #[allow(missing_docs)] // each variant is named as its method is
        #[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
        pub enum Method<'a> {
            $($variant,)*
            /// One this table does not know.
            Other(&'a [u8]),
        }

        impl<'a> Method<'a> {
            /// The method that this text is.
            #[must_use]
            pub fn parse(text: &'a [u8]) -> Self {
                // the length first: a switch and one comparison
                match text {
                    $(t if t.len() == $text.len() && t == $text.as_bytes() => Self::$variant,)*
                    other => Self::Other(other),
                }
            }

            /// The method as it is written.
            #[must_use]
            pub const fn text(&self) -> &'a [u8] {
                match self {
                    $(Self::$variant => $text.as_bytes(),)*
                    Self::Other(text) => text,
                }
            }

            /// The same without its text: of one that this table does not know only that is left.
            #[must_use]
            pub const fn named(&self) -> Method<'static> {
                match self {
                    $(Self::$variant => Method::$variant,)*
                    Self::Other(_) => Method::Other(&[]),
                }
            }
        }
    };
}

methods! {
    Invite = "INVITE",
    Ack = "ACK",
    Bye = "BYE",
    Cancel = "CANCEL",
    Options = "OPTIONS",
    Register = "REGISTER",
    Subscribe = "SUBSCRIBE",
    Notify = "NOTIFY",
    Publish = "PUBLISH",
    Message = "MESSAGE",
    Refer = "REFER",
    Info = "INFO",
    Prack = "PRACK",
    Update = "UPDATE",
}
